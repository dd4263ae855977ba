import type { ModelAnnouncement } from '../../records/types.js';
import { MACHINE_METHOD } from './machine-model.js';

/** What was announced of a machine's models; of those for all, `''`. */
export function announcementsOf(
  announcements: readonly ModelAnnouncement[],
  entity: string,
): readonly ModelAnnouncement[] {
  return announcements.filter(each => each.method === MACHINE_METHOD && each.entity === entity);
}

/** The number of a machine's next model, after all that were announced of it. */
export function nextMachineSequence(announcements: readonly ModelAnnouncement[], entity: string): number {
  const sequences = announcementsOf(announcements, entity).map(({ version }) =>
    Number(/^v(\d+)-/.exec(version)?.[1] ?? 0),
  );
  return Math.max(0, ...sequences) + 1;
}
