//! The three keys of a book: tokens, chain, field encryption. They live in a folder of their own
//! (files of mode 0600), never in the database or its backups.

use std::io::{self, Write as _};
use std::path::Path;

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

use crate::clock::Clock;

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;

/// Secrets of one book.
#[derive(Clone)]
pub struct Keys {
    /// Signs access tokens and derives refresh tokens.
    pub token: [u8; KEY_BYTES],
    /// Authenticates the chain of entries.
    pub chain: [u8; KEY_BYTES],
    field: [u8; KEY_BYTES],
}

impl Keys {
    /// Reads the keys of a folder, making those that do not exist yet.
    ///
    /// # Errors
    /// When the folder cannot be written or a key file is not 64 hexadecimal digits.
    pub fn open(folder: &Path, clock: &Clock) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let key = |name: &str| read_or_make(&folder.join(name), clock);
        Ok(Self { token: key("token.key")?, chain: key("chain.key")?, field: key("field.key")? })
    }

    /// Fresh keys that are written nowhere.
    pub fn ephemeral(clock: &Clock) -> Self {
        Self { token: clock.random(), chain: clock.random(), field: clock.random() }
    }

    /// Encrypts a field of the row `owner` (XChaCha20-Poly1305, random nonce in front). A cipher text
    /// copied to another row does not open there.
    pub fn seal(&self, owner: &[u8], plain: &str, clock: &Clock) -> Option<Vec<u8>> {
        let nonce = clock.random::<NONCE_BYTES>();
        let payload = Payload { msg: plain.as_bytes(), aad: owner };
        let cipher = self.cipher().encrypt(&XNonce::from(nonce), payload).ok()?;
        Some([nonce.as_slice(), &cipher].concat())
    }

    /// Decrypts what [`Keys::seal`] made for the same owner; `None` when it was changed or the key is another.
    pub fn unseal(&self, owner: &[u8], sealed: &[u8]) -> Option<String> {
        let (nonce, cipher) = sealed.split_at_checked(NONCE_BYTES)?;
        let nonce: [u8; NONCE_BYTES] = nonce.try_into().ok()?;
        let plain = self.cipher().decrypt(&XNonce::from(nonce), Payload { msg: cipher, aad: owner }).ok()?;
        String::from_utf8(plain).ok()
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.field.into())
    }
}

fn read_or_make(path: &Path, clock: &Clock) -> io::Result<[u8; KEY_BYTES]> {
    if !path.exists() {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        file.write_all(hex::encode(clock.random::<KEY_BYTES>()).as_bytes())?;
        file.sync_all()?;
    }
    let text = std::fs::read_to_string(path)?;
    let mut key = [0; KEY_BYTES];
    hex::decode_to_slice(text.trim(), &mut key)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, format!("{} is not a key", path.display())))?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_phone_opens_only_for_its_own_row() {
        let clock = Clock::new(|| 0, |bytes| bytes.fill(3));
        let keys = Keys::ephemeral(&clock);
        let sealed = keys.seal(b"row one", "13274429896", &clock).unwrap();
        assert_eq!(keys.unseal(b"row one", &sealed).as_deref(), Some("13274429896"));
        assert_eq!(keys.unseal(b"row two", &sealed), None);
        assert!(!sealed.windows(4).any(|window| window == b"1327"));
    }
}
