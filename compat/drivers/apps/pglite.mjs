import '@riposte/monitor/register'
import { PGlite } from '@electric-sql/pglite'
import apps from './pglite.doors.cjs'
import { serve } from './serve.cjs'

serve(apps.doors({ PGlite }))
