import '@riposte/monitor/register'
import * as mariadb from 'mariadb'
import * as callback from 'mariadb/callback'
import apps from './mariadb.doors.cjs'
import { serve } from './serve.cjs'

serve(apps.doors({ mariadb, callback }))
