/** Every command, loaded only when it is asked for. */
import type { Command } from './command.ts'

type Entry = { summary: string; load: () => Promise<Command> }

export const commands = {
  serve: { summary: 'Run the server, all roles in one process', load: async () => (await import('./commands/serve.ts')).serve },
  upload: { summary: 'Upload files and wait until they play', load: async () => (await import('./commands/upload.ts')).upload },
  videos: { summary: 'List videos with their state', load: async () => (await import('./commands/videos.ts')).videos },
  retry: { summary: 'Try failed videos again', load: async () => (await import('./commands/retry.ts')).retry },
  signup: { summary: 'Make an account and sign in', load: async () => (await import('./commands/signup.ts')).signup },
  login: { summary: 'Sign in and keep the token', load: async () => (await import('./commands/login.ts')).login },
  logout: { summary: 'Sign out and forget the token', load: async () => (await import('./commands/logout.ts')).logout },
  admin: { summary: 'Look after an installation: queue, retries, sweep, keys, tables', load: async () => (await import('./commands/admin.ts')).admin },
  'edge-keys': { summary: 'Write the signing keys for a cache in front of the edge', load: async () => (await import('./commands/edge-keys.ts')).edgeKeys },
  plan: { summary: 'Reckon encoders, storage, rates and cost', load: async () => (await import('./commands/plan.ts')).plan },
  doctor: { summary: 'Check what this machine has and lacks', load: async () => (await import('./commands/doctor.ts')).doctor },
} satisfies Record<string, Entry>
