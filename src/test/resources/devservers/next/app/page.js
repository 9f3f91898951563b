import { revalidatePath } from 'next/cache'
import { Word } from './word'

let said = 'nothing yet'

export default function Page () {
  async function say (form) {
    'use server'
    said = form.get('word')
    revalidatePath('/')
  }
  return (
    <main>
      <Word />
      <p id='said'>{said}</p>
      <form action={say}><input name='word' defaultValue='hello' /><button>Say</button></form>
    </main>
  )
}
