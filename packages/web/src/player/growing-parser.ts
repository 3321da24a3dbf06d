/** A DASH parser that takes in a later version of its manifest while it plays: new qualities join, and nothing that plays is touched. */
import { shaka, type Manifest, type ManifestParser, type ParserConfiguration, type ParserInterface, type Variant } from './shaka.ts'

export type GrowingParser = ManifestParser & {
  /** Whether qualities joined. Those of another codec family wait for the next load. Rejects as a load does. */
  grow(url: string): Promise<boolean>
}

/** Ids are counted from 1 by each parser, and must differ within a player. */
const idsApart = 100_000

/**
 * Shaka updates only live manifests, so each later version has a parser of its own (it keeps the index of its segments), and
 * what the first manifest lacks moves over, with the sound that plays already.
 */
export function openGrowingParser(): GrowingParser {
  const first = new shaka.dash.DashParser() as ManifestParser
  const later: ManifestParser[] = []
  let configuration: ParserConfiguration | undefined
  let player: ParserInterface | undefined
  let manifest: Manifest | undefined

  return {
    configure(...next) {
      configuration = next
      for (const parser of [first, ...later]) parser.configure(...next)
    },
    async start(url, playerInterface) {
      player = playerInterface
      return (manifest = await first.start(url, playerInterface))
    },
    async stop() {
      manifest = undefined
      await Promise.all([first, ...later].map((parser) => parser.stop()))
    },
    update: () => first.update(),
    onExpirationUpdated: (sessionId, expiration) => first.onExpirationUpdated(sessionId, expiration),
    onInitialVariantChosen: (variant) => first.onInitialVariantChosen(variant),
    banLocation: (url) => first.banLocation(url),
    setMediaElement: (element) => first.setMediaElement(element),

    async grow(url) {
      if (!manifest || !player || !configuration) return false
      const parser = new shaka.dash.DashParser() as ManifestParser
      parser.configure(...configuration)
      const grown = await parser.start(url, player)
      // Beside those that play: what this browser can't decode goes, as at a load. Variants that were asked about are not again.
      grown.variants = manifest ? joiningVariants(manifest.variants, grown.variants) : []
      if (grown.variants.length > 0) await player.filter(grown)
      if (!manifest || grown.variants.length === 0) {
        await parser.stop()
        return false
      }
      later.push(parser)
      for (const variant of grown.variants) {
        variant.id += idsApart * later.length
        variant.video!.id += idsApart * later.length
      }
      manifest.variants.push(...grown.variants)
      return true
    },
  }
}

/** Those with a picture that is not there yet, of a codec that is; each with the present variants' sound. Pure but for that. */
export function joiningVariants(present: Variant[], grown: Variant[]): Variant[] {
  const known = new Set(present.map(({ video }) => video?.originalId))
  const families = new Set(present.map(({ video }) => familyOf(video?.codecs)))
  const sounds = new Map(present.map(({ audio }) => [audio?.originalId, audio]))
  return grown
    .filter(({ video, audio }) => video && !known.has(video.originalId) && families.has(familyOf(video.codecs)) && sounds.has(audio?.originalId))
    .map((variant) => Object.assign(variant, { audio: sounds.get(variant.audio?.originalId) ?? null }))
}

const familyOf = (codecs: string | undefined): string | undefined => codecs?.split('.')[0]
