// Pictures of a steel strip as the simulated camera takes them, as JPEG files, none broken. The same for ours and the peer.
import { codec } from '../../dist/records/codec.js';
import { CameraRecorder } from '../../dist/simulation/camera-recorder.js';
import { plantCamera } from '../../dist/simulation/plant-camera.js';

export const START_US = 1_767_225_600_000_000;

/**
 * @param {number} count
 * @param {number} sizePx width and height
 * @returns {Promise<{ picture: Uint8Array, width: number, height: number, nearLabel: string }[]>}
 */
export async function takePictures(count, sizePx) {
  const camera = plantCamera();
  const spec = {
    ...camera,
    sizePx,
    faults: [],
    // All kinds of defects from the first picture on.
    defects: camera.defects.map(defect => ({ ...defect, fromSecs: 0 })),
  };
  const recorder = new CameraRecorder(spec, START_US, 1, () => {});
  const pictures = [];
  while (pictures.length < count) {
    const { value } = await recorder.take();
    pictures.push(codec('image-frame').decode(value));
  }
  return pictures;
}
