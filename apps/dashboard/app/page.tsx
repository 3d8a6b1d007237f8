import { Home } from '../src/cluster/home.tsx'

export default function Page() {
  return <Home />
}
