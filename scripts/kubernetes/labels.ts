/** Labels by which everything of Sluice, and each part of it, is found in the cluster. */

export type Component = 'api' | 'edge' | 'encoder-opening' | 'encoder-bulk' | 'migrate'

/** `app.kubernetes.io/…` are the names that tools know. */
export const labelsOf = (component?: Component): Record<string, string> => ({
  'app.kubernetes.io/name': 'sluice',
  ...(component && { 'app.kubernetes.io/component': component }),
})
