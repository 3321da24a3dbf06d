/** CloudFront's signer from the settings: the private key is read once, at the start. */
import { createPrivateKey } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { BadSettings } from '../config/read.ts'
import type { Settings } from '../config/settings.ts'
import type { CloudFrontSigner } from '../stream/play/cloudfront-cookies.ts'

/** Undefined when none is set. Rejects with BadSettings for half a setting, or a file that holds no RSA private key. */
export async function readCloudFrontSigner(settings: Settings): Promise<CloudFrontSigner | undefined> {
  const { SLUICE_CLOUDFRONT_KEY_PAIR_ID: keyPairId, SLUICE_CLOUDFRONT_PRIVATE_KEY: path } = settings
  if (keyPairId === '' && path === '') return undefined
  if (keyPairId === '' || path === '' || !settings.SLUICE_PUBLIC_URL.startsWith('https:')) {
    throw new BadSettings('SLUICE_CLOUDFRONT_KEY_PAIR_ID, SLUICE_CLOUDFRONT_PRIVATE_KEY and an https SLUICE_PUBLIC_URL go together')
  }
  try {
    const privateKey = createPrivateKey(await readFile(path))
    if (privateKey.asymmetricKeyType !== 'rsa') throw new Error(`the key is ${privateKey.asymmetricKeyType}, not rsa`)
    return { keyPairId, privateKey }
  } catch (error) {
    throw new BadSettings(`SLUICE_CLOUDFRONT_PRIVATE_KEY: ${(error as Error).message}`)
  }
}
