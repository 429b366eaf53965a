//! A picture as it came, and what is kept of it: looked at before it is decoded, then decoded, turned upright,
//! made smaller and written anew, so that nothing of the file itself remains (EXIF, places, hidden tails).

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, Rgb, RgbImage};
use sha2::{Digest as _, Sha256};

use super::{NOT_A_PHOTO, TOO_MANY_PIXELS, UNREADABLE};
use crate::error::{Error, Result};

/// Largest file: a phone's own photo, for those whose browser cannot shrink it.
pub const FILE_BYTES_MAX: usize = 10 * 1024 * 1024;
/// Most pixels: what phones of a village take; at three bytes each 120 MB while it is decoded.
pub const PIXELS_MAX: u64 = 40_000_000;
/// Memory of the decoded picture: four bytes a pixel. Deeper colours than a camera's do not fit at full size.
const DECODED_BYTES_MAX: u64 = PIXELS_MAX * 4;
/// Longest side of what is kept. Phones send 1280; a sheet of minutes scanned at a desk stays readable.
pub const KEPT_SIDE_MAX: u32 = 1600;
/// Longest side of what a reviewer's list shows, twice as fine as it is drawn.
pub const THUMBNAIL_SIDE_MAX: u32 = 320;
/// JPEG quality: a photo of 1280 pixels comes to about 200 KB, a thumbnail to 15.
const KEPT_QUALITY: u8 = 80;
const THUMBNAIL_QUALITY: u8 = 70;
/// Below this share of the longest side a picture is averaged down first, which needs no memory beside it.
const ROUGHLY: u32 = 2;

/// What is kept of a picture.
#[derive(Clone, Debug)]
pub struct Photo {
    /// JPEG.
    pub bytes: Vec<u8>,
    /// A small JPEG of it.
    pub thumbnail: Vec<u8>,
    /// SHA-256 of `bytes`.
    pub sha256: [u8; 32],
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// A picture whose head was read and found within the limits.
pub struct Looked {
    bytes: Vec<u8>,
    format: ImageFormat,
    pixels: u64,
}

impl Looked {
    /// Reads the head of a file: JPEG, PNG or WebP by its first bytes, whatever it is called, and no larger than
    /// can be decoded.
    ///
    /// # Errors
    /// [`NOT_A_PHOTO`], [`TOO_MANY_PIXELS`], [`UNREADABLE`].
    pub fn at(bytes: Vec<u8>) -> Result<Self> {
        let format = format(&bytes).ok_or(NOT_A_PHOTO)?;
        if format == ImageFormat::Jpeg && !ends(&bytes) {
            return Err(UNREADABLE.into());
        }
        let pixels = {
            let decoder = reader(&bytes, format).into_decoder().map_err(refused)?;
            let (width, height) = decoder.dimensions();
            if decoder.total_bytes() > DECODED_BYTES_MAX {
                return Err(TOO_MANY_PIXELS.into());
            }
            u64::from(width) * u64::from(height)
        };
        if pixels > PIXELS_MAX {
            return Err(TOO_MANY_PIXELS.into());
        }
        Ok(Self { bytes, format, pixels })
    }

    /// How many pixels will be decoded.
    pub fn pixels(&self) -> u64 {
        self.pixels
    }

    /// Decodes it and writes it anew.
    ///
    /// # Errors
    /// [`UNREADABLE`] when the file is broken behind its head.
    pub fn develop(self) -> Result<Photo> {
        let mut decoder = reader(&self.bytes, self.format).into_decoder().map_err(refused)?;
        // What cannot be read about it turns nothing.
        let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        let mut picture = DynamicImage::from_decoder(decoder).map_err(refused)?;
        drop(self.bytes);
        picture = within(picture, KEPT_SIDE_MAX);
        picture.apply_orientation(orientation);
        let kept = DynamicImage::ImageRgb8(opaque(&picture));
        let bytes = jpeg(&kept, KEPT_QUALITY)?;
        let (width, height) = (kept.width(), kept.height());
        let thumbnail = jpeg(&within(kept, THUMBNAIL_SIDE_MAX), THUMBNAIL_QUALITY)?;
        Ok(Photo { sha256: Sha256::digest(&bytes).into(), bytes, thumbnail, width, height })
    }
}

fn reader(bytes: &[u8], format: ImageFormat) -> ImageReader<Cursor<&[u8]>> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(DECODED_BYTES_MAX);
    reader.limits(limits);
    reader
}

/// What a file is, by its first bytes.
fn format(bytes: &[u8]) -> Option<ImageFormat> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some(ImageFormat::Jpeg),
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some(ImageFormat::Png),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(ImageFormat::WebP),
        _ => None,
    }
}

/// Whether a JPEG comes to its end mark. Its decoder would fill up in grey what was cut off.
fn ends(bytes: &[u8]) -> bool {
    let mut at = 2;
    while let (Some(0xff), Some(&mark)) = (bytes.get(at), bytes.get(at + 1)) {
        match mark {
            0xd9 => return true,
            0xff => at += 1,
            0x01 | 0xd0..=0xd8 => at += 2,
            _ => {
                let (Some(&high), Some(&low)) = (bytes.get(at + 2), bytes.get(at + 3)) else { return false };
                at += 2 + usize::from(u16::from_be_bytes([high, low]));
                if mark == 0xda {
                    at = behind_the_scan(bytes, at);
                }
            }
        }
    }
    false
}

/// Where the next mark stands behind a scan's bytes; stuffed zeros and restarts belong to them.
fn behind_the_scan(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    let mark = rest.windows(2).position(|two| two[0] == 0xff && !matches!(two[1], 0x00 | 0xd0..=0xd7));
    mark.map_or(bytes.len(), |mark| from + mark)
}

fn within(picture: DynamicImage, side_max: u32) -> DynamicImage {
    let longest = |picture: &DynamicImage| picture.width().max(picture.height());
    let rough = side_max * ROUGHLY;
    let picture = if longest(&picture) > rough { picture.thumbnail(rough, rough) } else { picture };
    if longest(&picture) > side_max { picture.resize(side_max, side_max, FilterType::Triangle) } else { picture }
}

/// On white paper: what lies under a transparent spot is not shown, so it is not kept either.
fn opaque(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let with_alpha = picture.to_rgba8();
    RgbImage::from_fn(with_alpha.width(), with_alpha.height(), |x, y| {
        let [red, green, blue, alpha] = with_alpha.get_pixel(x, y).0.map(u32::from);
        let over = |colour: u32| u8::try_from((colour * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX);
        Rgb([over(red), over(green), over(blue)])
    })
}

fn jpeg(picture: &DynamicImage, quality: u8) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let written = picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, quality));
    written.map_err(|error| Error::Internal(format!("writing a photo: {error}")))?;
    Ok(bytes)
}

fn refused(error: image::ImageError) -> Error {
    match error {
        image::ImageError::Limits(_) => TOO_MANY_PIXELS.into(),
        _ => UNREADABLE.into(),
    }
}
