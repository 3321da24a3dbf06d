/** Shaka's DASH build. It is CommonJS, its types speak of a default export: here the two are brought together. */
import module from 'shaka-player/dist/shaka-player.dash-es2021.js'

export const shaka = module as unknown as typeof module.default

export type ShakaError = module.default.util.Error
export type AbrManager = module.default.extern.AbrManager
export type Variant = module.default.extern.Variant
export type Manifest = module.default.extern.Manifest
export type ManifestParser = module.default.extern.ManifestParser
export type ParserConfiguration = Parameters<ManifestParser['configure']>
export type ParserInterface = Parameters<ManifestParser['start']>[1]
export type AudioTrack = module.default.extern.AudioTrack
