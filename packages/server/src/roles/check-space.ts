/** Whether a disk has room for what will be written next: asked by /readyz, before the disk is full. */
import { mkdir, statfs } from 'node:fs/promises'

/** Below it the next uploads and documents would fail one after the other. */
export const neededDataBytes = 256 * 2 ** 20
/** What a task or two write. */
export const neededWorkBytes = 256 * 2 ** 20

/** Rejects when fewer than `neededBytes` are free on the disk of that directory, which is made if it is absent. */
export async function checkSpace(directory: string, neededBytes: number): Promise<void> {
  await mkdir(directory, { recursive: true })
  const { bavail, bsize } = await statfs(directory)
  if (bavail * bsize < neededBytes) throw new Error(`${bavail * bsize} bytes are left on the disk of ${directory}`)
}
