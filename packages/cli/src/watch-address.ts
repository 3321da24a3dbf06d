/** Where a person watches a video. */

export const watchAddress = (baseUrl: string, videoId: string): string => `${baseUrl}/watch/${videoId}`
