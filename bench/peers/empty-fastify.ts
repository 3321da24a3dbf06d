/** A program: Fastify with one route that answers an empty object. The limit for any route of ours. */
import Fastify from 'fastify'

const app = Fastify({ logger: false })
app.post('/', async () => ({}))
const address = await app.listen({ port: 0, host: '127.0.0.1' })
process.stdout.write(`${address}\n`)
process.once('SIGTERM', () => void app.close())
