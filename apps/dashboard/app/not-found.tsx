import Link from 'next/link'

export default function NotFound() {
  return (
    <div className="empty">
      <b>There is nothing at this address.</b>
      <Link className="u" href="/">
        Open the cluster
      </Link>
    </div>
  )
}
