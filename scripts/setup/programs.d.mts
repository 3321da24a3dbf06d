/** Types of programs.mjs, which is plain JavaScript because it runs before TypeScript can. */

export declare function findProgram(name: 'ffmpeg' | 'chromium' | 'nginx' | 'nginx-njs' | 'varnish' | 'go' | 'redis' | 'swift' | 'java' | 'maven' | 'wrk' | 'h2load'): string | undefined
export declare function which(command: string): string | undefined
