/** The embedded objects driver against the port's contract. */
import { openDirectoryServer } from './directory-server.ts'
import { objectsContract } from './objects.ts'

objectsContract('a directory', () => openDirectoryServer())
