/** The programs that come from the system: how they are found, and in which package they are. */
import { accessSync, constants } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

/**
 * `commands`: sets of names of which one has to be there entirely. `required`: nothing works without it;
 * the others only take tests or measurements away, which then say so.
 */
export const needs = {
  ffmpeg: {
    name: 'ffmpeg',
    required: true,
    why: 'it reads and encodes the videos',
    commands: () => [[process.env.SLUICE_FFMPEG || 'ffmpeg', process.env.SLUICE_FFPROBE || 'ffprobe']],
    packages: { 'apt-get': 'ffmpeg', dnf: 'ffmpeg', apk: 'ffmpeg', pacman: 'ffmpeg', brew: 'ffmpeg' },
    note: { dnf: 'Fedora has ffmpeg with H.264 in the RPM Fusion repository; add that first.' },
  },
  chromium: {
    name: 'chromium',
    required: false,
    why: 'the browser tests are skipped without it',
    commands: () => [
      ['chromium'],
      ['chromium-browser'],
      ['google-chrome'],
      ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'],
      ['/Applications/Chromium.app/Contents/MacOS/Chromium'],
    ],
    packages: { 'apt-get': 'chromium', dnf: 'chromium', apk: 'chromium', pacman: 'chromium', brew: '--cask chromium' },
  },
  nginx: {
    name: 'nginx',
    required: false,
    why: 'the edge is measured against it',
    commands: () => [['nginx'], ['/usr/sbin/nginx'], ['/usr/local/sbin/nginx']],
    packages: { 'apt-get': 'nginx-light', dnf: 'nginx', apk: 'nginx', pacman: 'nginx', brew: 'nginx' },
  },
  'nginx-njs': {
    name: 'nginx with njs',
    required: false,
    why: 'deploy/nginx is tested on it',
    commands: () => [['/usr/sbin/nginx', '/usr/lib/nginx/modules/ngx_http_js_module.so']],
    packages: { 'apt-get': 'nginx-light libnginx-mod-http-js', dnf: 'nginx', apk: 'nginx nginx-mod-http-js', pacman: 'nginx nginx-mod-njs', brew: 'nginx' },
  },
  varnish: {
    name: 'Varnish with vmod-digest',
    required: false,
    why: 'deploy/varnish is tested on it',
    commands: () => ['x86_64', 'aarch64'].map((cpu) => ['/usr/sbin/varnishd', ...['digest', 'var'].map((vmod) => `/usr/lib/${cpu}-linux-gnu/varnish/vmods/libvmod_${vmod}.so`)]),
    packages: { 'apt-get': 'varnish varnish-vmod-digest varnish-modules', dnf: 'varnish', apk: 'varnish', pacman: 'varnish', brew: 'varnish' },
  },
  go: {
    name: 'go',
    required: false,
    why: 'the S3 and NATS servers of the engine tests are built with it',
    commands: () => [['go'], ['/usr/local/go/bin/go']],
    packages: { 'apt-get': 'golang-go', dnf: 'golang', apk: 'go', pacman: 'go', brew: 'go' },
  },
  redis: {
    name: 'redis',
    required: false,
    why: 'the cache is tested on it',
    commands: () => [['valkey-server'], ['redis-server']],
    packages: { 'apt-get': 'redis-server', dnf: 'valkey', apk: 'valkey', pacman: 'valkey', brew: 'valkey' },
  },
  swift: {
    name: 'swift',
    required: false,
    why: 'S3 is also tested on it',
    commands: () => [['memcached', '/usr/lib/python3/dist-packages/swift']],
    packages: { 'apt-get': 'python3-swift memcached', dnf: 'openstack-swift memcached', apk: 'memcached', pacman: 'memcached', brew: 'memcached' },
  },
  java: {
    name: 'java',
    required: false,
    why: 'Cassandra of the engine tests runs on it',
    commands: () => [['java']],
    packages: { 'apt-get': 'default-jre-headless', dnf: 'java-17-openjdk-headless', apk: 'openjdk17-jre-headless', pacman: 'jre17-openjdk-headless', brew: 'openjdk@17' },
  },
  maven: {
    name: 'maven',
    required: false,
    why: 'Cassandra of the engine tests is fetched with it',
    commands: () => [['mvn']],
    packages: { 'apt-get': 'maven', dnf: 'maven', apk: 'maven', pacman: 'maven', brew: 'maven' },
  },
  h2load: {
    name: 'h2load',
    required: false,
    why: 'the tail of answer times is measured with it',
    commands: () => [['h2load']],
    packages: { 'apt-get': 'nghttp2-client', dnf: 'nghttp2', apk: 'nghttp2', pacman: 'nghttp2', brew: 'nghttp2' },
  },
  wrk: {
    name: 'wrk',
    required: false,
    why: 'measurements use a slower load generator without it',
    commands: () => [['wrk']],
    packages: { 'apt-get': 'wrk', dnf: 'wrk', apk: 'wrk', pacman: 'wrk', brew: 'wrk' },
  },
}

/** The path of the first command of a program of `needs`, by its key, or undefined when it is not installed. */
export const findProgram = (key) => pathOf(needs[key])

/** The same for one entry of `needs`. */
export function pathOf(program) {
  for (const set of program.commands()) {
    const paths = set.map(which)
    if (paths.every(Boolean)) return paths[0]
  }
  return undefined
}

/** Like the shell's `command -v`, without starting a process. */
export function which(command) {
  const candidates = isAbsolute(command) ? [command] : (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder || '.', command))
  return candidates.find(isExecutable)
}

function isExecutable(path) {
  try {
    // A module is loaded, not run.
    accessSync(path, path.endsWith('.so') ? constants.R_OK : constants.X_OK)
    return true
  } catch {
    return false
  }
}
