/** Counters in the Prometheus text format (version 0.0.4). */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { FastifyInstance } from 'fastify'
import { openHistogram, type Measures } from '../base/measures.ts'
import type { QueueDepth } from '../ports/queue.ts'
import { problemCodeOf } from './errors.ts'

const bucketSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export type Metrics = {
  observe(method: string, route: string, status: number, seconds: number): void
  /** Everything counted so far, and the process's own figures. */
  render(depth: QueueDepth[], dependencies: { name: string; isUp: boolean }[]): string
  close(): void
}

export function openMetrics(measures?: Measures): Metrics {
  const requests = new Map<string, number>()
  const times = openHistogram(bucketSeconds)
  const delay = monitorEventLoopDelay({ resolution: 20 })
  delay.enable()
  return {
    observe(method, route, status, seconds) {
      const labels = `method="${method}",route="${route}"`
      const counted = `${labels},status="${status}"`
      requests.set(counted, (requests.get(counted) ?? 0) + 1)
      times.add(labels, seconds)
    },
    render(depth, dependencies) {
      const lines: string[] = []
      const family = (name: string, type: string, help: string, samples: string[]) =>
        lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples)
      const memory = process.memoryUsage()
      const cpu = process.cpuUsage()
      family('process_cpu_seconds_total', 'counter', 'CPU time of the process.', [`process_cpu_seconds_total ${(cpu.user + cpu.system) / 1e6}`])
      family('process_resident_memory_bytes', 'gauge', 'Resident memory.', [`process_resident_memory_bytes ${memory.rss}`])
      family('process_start_time_seconds', 'gauge', 'Start of the process, seconds since the epoch.', [
        `process_start_time_seconds ${((performance.timeOrigin) / 1000).toFixed(3)}`,
      ])
      family('nodejs_heap_used_bytes', 'gauge', 'JavaScript heap in use.', [`nodejs_heap_used_bytes ${memory.heapUsed}`])
      family('nodejs_eventloop_delay_p99_seconds', 'gauge', 'Event loop delay, 99th percentile since the start.', [
        `nodejs_eventloop_delay_p99_seconds ${delay.percentile(99) / 1e9}`,
      ])
      family('sluice_http_requests_total', 'counter', 'Requests answered.', [...requests].map(([labels, n]) => `sluice_http_requests_total{${labels}} ${n}`))
      family('sluice_http_request_seconds', 'histogram', 'Time to answer.', times.render('sluice_http_request_seconds'))
      family('sluice_queue_tasks', 'gauge', 'Tasks in the queue.', depth.flatMap(({ priority, ready, delayed, leased }) => [
        `sluice_queue_tasks{priority="${priority}",state="ready"} ${ready}`,
        `sluice_queue_tasks{priority="${priority}",state="delayed"} ${delayed}`,
        `sluice_queue_tasks{priority="${priority}",state="leased"} ${leased}`,
      ]))
      family('sluice_queue_oldest_seconds', 'gauge', 'Age of the oldest ready task.', depth.map(
        ({ priority, oldestSeconds }) => `sluice_queue_oldest_seconds{priority="${priority}"} ${oldestSeconds}`,
      ))
      // Where no task of a priority was done there is no mean, and nothing is told: a guess would be taken for a measurement.
      family('sluice_queue_cpu_seconds', 'gauge', 'Processor time that tasks in the queue, ready or in work, will take: their number times the mean of those done here.', depth.flatMap(({ priority, ready, leased }) => {
        const mean = measures?.mean('sluice_task_cpu_seconds', String(priority))
        return mean === undefined ? [] : [`sluice_queue_cpu_seconds{priority="${priority}"} ${(ready + leased) * mean}`]
      }))
      family('sluice_dependency_up', 'gauge', 'Whether what /readyz asks answers: 1 or 0.', dependencies.map(({ name, isUp }) => `sluice_dependency_up{dependency="${name}"} ${isUp ? 1 : 0}`))
      return `${[...lines, ...(measures?.render() ?? [])].join('\n')}\n`
    },
    close: () => delay.disable(),
  }
}

/** Counts every request by its route's pattern (never by its path: paths carry ids and tokens). */
export function registerMetrics(app: FastifyInstance, metrics: Metrics, measures?: Measures): void {
  app.addHook('onResponse', async (request, reply) => {
    metrics.observe(request.method, request.routeOptions.url ?? 'none', reply.statusCode, reply.elapsedTime / 1000)
    const code = problemCodeOf(reply)
    if (code) measures?.count('sluice_problems_total', code)
  })
  app.addHook('onClose', async () => metrics.close())
}
