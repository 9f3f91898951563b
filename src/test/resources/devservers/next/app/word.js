'use client'

import { useEffect } from 'react'

const word = 'before'

export function Word () {
  useEffect(() => { document.title = word })
  return <h1>{word}</h1>
}
