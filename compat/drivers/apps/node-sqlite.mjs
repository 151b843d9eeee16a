import '@riposte/monitor/register'
import { DatabaseSync } from 'node:sqlite'
import apps from './node-sqlite.doors.cjs'
import { serve } from './serve.cjs'

serve(apps.doors({ DatabaseSync }))
