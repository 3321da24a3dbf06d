/** Types of programs.mjs, which is plain JavaScript because it runs before TypeScript can. */

export declare function findProgram(name: 'ffmpeg' | 'chromium' | 'nginx' | 'wrk'): string | undefined
export declare function which(command: string): string | undefined
