import '@riposte/monitor/register'
import * as library from 'ldapts'
import doors from '../apps/doors.cjs'
import { serve } from '../apps/serve.cjs'

serve(doors.ldapts(library))
