/** The main job in a real browser, on the server as `npm start` runs it. */
import { browserJourney } from './browser-journey.ts'
import { startServer } from './start-server.ts'

browserJourney(() => startServer())
