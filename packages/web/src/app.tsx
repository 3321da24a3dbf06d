/** The routes. Each page is a file of its own, fetched when it is first seen; the home page comes with the first script. */
import { QueryClientProvider } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { Route, Switch, useLocation } from 'wouter'
import { queryClient } from './data/api.ts'
import { HomePage } from './pages/home-page.tsx'
import { NotFoundPage } from './pages/not-found-page.tsx'
import { Header } from './shell/header.tsx'
import { useScrollToTop } from './shell/use-scroll-to-top.ts'
import { ErrorBoundary } from './ui/error-boundary.tsx'

const WatchPage = lazy(async () => ({ default: (await import('./pages/watch-page.tsx')).WatchPage }))
const UploadPage = lazy(async () => ({ default: (await import('./pages/upload-page.tsx')).UploadPage }))
const MyVideosPage = lazy(async () => ({ default: (await import('./pages/my-videos-page.tsx')).MyVideosPage }))
const SignInPage = lazy(async () => ({ default: (await import('./pages/sign-in-page.tsx')).SignInPage }))

export function App() {
  return (
    <QueryClientProvider client={queryClient}>
      <Header />
      <Pages />
    </QueryClientProvider>
  )
}

function Pages() {
  const [path] = useLocation()
  useScrollToTop(path)
  return (
    <ErrorBoundary key={path}>
      <Suspense fallback={<main className="page" aria-busy="true" />}>
        <Switch>
          <Route path="/">
            <HomePage />
          </Route>
          <Route path="/channel/:handle">{({ handle }) => <HomePage key={handle} channel={handle} />}</Route>
          <Route path="/watch/:id">{({ id }) => <WatchPage key={id} id={id} />}</Route>
          <Route path="/upload">
            <UploadPage />
          </Route>
          <Route path="/my">
            <MyVideosPage />
          </Route>
          <Route path="/sign-in">
            <SignInPage kind="sign-in" />
          </Route>
          <Route path="/sign-up">
            <SignInPage kind="sign-up" />
          </Route>
          <Route>
            <NotFoundPage />
          </Route>
        </Switch>
      </Suspense>
    </ErrorBoundary>
  )
}
