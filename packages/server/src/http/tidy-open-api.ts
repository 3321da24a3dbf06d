/** Makes the generated OpenAPI document readable: names instead of copies, enumerations instead of unions of constants. Pure. */
import {
  Account,
  BeginUpload,
  BegunUpload,
  Failure,
  Rendition,
  SessionAnswer,
  SignedParts,
  UploadAnswer,
  Video,
  VideoEvent,
  VideoPage,
} from '@sluice/contract'

type Described = {
  components: { [name: string]: Json }
  paths: { [path: string]: { [method: string]: { responses: { [status: string]: Json } } } }
}

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

/** Schemas that the document names, the ones within others first. */
const named = { Failure, Rendition, Account, SessionAnswer, BeginUpload, BegunUpload, SignedParts, UploadAnswer, Video, VideoPage, VideoEvent }

/** A document in which equal error answers and the contract's schemas are references into `components`. */
export function tidyOpenApi(document: object, problem: object): object {
  const schemas: { [name: string]: Json } = {}
  const names = new Map<string, string>()
  for (const [name, schema] of Object.entries(named)) {
    const plain = refer(plainly(toJson(schema)), names)
    schemas[name] = plain
    names.set(key(plain), name)
  }
  const tidy = refer(plainly(toJson(document)), names) as Described
  for (const route of Object.values(tidy.paths).flatMap((methods) => Object.values(methods))) {
    if ('4XX' in route.responses) {
      route.responses['4XX'] = { $ref: '#/components/responses/Problem' }
      route.responses['5XX'] = { $ref: '#/components/responses/Problem' }
    }
  }
  return {
    ...tidy,
    components: {
      ...tidy.components,
      schemas,
      responses: {
        Problem: {
          description: 'Problem details (RFC 9457); further members by code',
          content: { 'application/problem+json': { schema: plainly(toJson(problem)) } },
        },
      },
    },
  }
}

const toJson = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json

/** Equal for equal schemas, whatever the order of their members. */
const key = (value: Json): string => JSON.stringify(value, (_, one: Json) => (isObject(one) ? Object.fromEntries(Object.entries(one).toSorted(byName)) : one))

const byName = ([a]: [string, Json], [b]: [string, Json]): number => (a < b ? -1 : 1)

const isObject = (value: Json): value is { [name: string]: Json } => value !== null && typeof value === 'object' && !Array.isArray(value)

/** Constants and unions of strings as enumerations. */
function plainly(value: Json): Json {
  if (Array.isArray(value)) return value.map(plainly)
  if (!isObject(value)) return value
  const { const: constant, ...rest } = value
  const members = constant === undefined ? value : { ...rest, enum: [constant] }
  const of = Object.fromEntries(Object.entries(members).map(([name, one]) => [name, plainly(one)]))
  const anyOf = of['anyOf']
  if (!Array.isArray(anyOf) || !anyOf.every(isWord)) return of
  const { anyOf: _, ...others } = of
  return { ...others, type: 'string', enum: anyOf.flatMap((one) => one.enum) }
}

const isWord = (schema: Json): schema is { type: 'string'; enum: string[] } =>
  isObject(schema) && schema['type'] === 'string' && Array.isArray(schema['enum'])

/** Puts a reference in the place of every schema that has a name; the inner ones first. */
function refer(value: Json, names: Map<string, string>): Json {
  if (Array.isArray(value)) return value.map((one) => refer(one, names))
  if (!isObject(value)) return value
  const of = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, refer(one, names)]))
  const name = names.get(key(of))
  return name === undefined ? of : { $ref: `#/components/schemas/${name}` }
}
