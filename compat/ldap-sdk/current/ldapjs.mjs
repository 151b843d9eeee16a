import '@riposte/monitor/register'
import library from 'ldapjs'
import doors from '../apps/doors.cjs'
import { serve } from '../apps/serve.cjs'

serve(doors.ldapjs(library))
