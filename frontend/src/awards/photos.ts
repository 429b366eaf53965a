/** Photos of a deed: made small on the phone, sent before the award that names them. */
import { api } from '../api';
import { uuidV7 } from '../award-id';

/** A photo of this side comes to about 200 KB, and a face is still known on it. */
const sidePx = 1280;
const quality = 0.8;
/** As many as the server takes with one award. */
export const photosMax = 3;

export interface Photo {
  /** Made once: sending again keeps nothing twice. */
  id: string;
  file: Blob;
  sent: boolean;
}

/** What this browser cannot read goes as it is; the server makes it small. */
async function small(file: File): Promise<Blob> {
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, sidePx / Math.max(picture.width, picture.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext('2d')!.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const shrunk = (done: BlobCallback) => canvas.toBlob(done, 'image/jpeg', quality);
    return (await new Promise<Blob | null>(shrunk)) ?? file;
  } catch {
    return file;
  }
}

export function taken(files: FileList, most = photosMax): Promise<Photo[]> {
  const one = async (file: File) => ({ id: uuidV7(), file: await small(file), sent: false });
  return Promise.all([...files].slice(0, most).map(one));
}

/** Their ids, once all of them have arrived; what has arrived is not sent again. */
export async function send(photos: Photo[], area: string): Promise<string[]> {
  for (const photo of photos.filter((one) => !one.sent)) {
    const form = new FormData();
    form.set('id', photo.id);
    form.set('area_id', area);
    form.set('file', photo.file, 'photo.jpg');
    await api.post('/evidence', form);
    photo.sent = true;
  }
  return photos.map(({ id }) => id);
}
