/** The S3 driver against the port's contract, on SeaweedFS. */
import { objectsContract } from '../contract/objects.ts'
import { openS3 } from './open-s3.ts'

objectsContract('S3 (SeaweedFS)', () => openS3())
