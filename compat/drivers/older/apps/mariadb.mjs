import '@riposte/monitor/register'
import * as mariadb from 'mariadb'
import * as callback from 'mariadb/callback.js'
import apps from '../../apps/mariadb.doors.cjs'
import { serve } from '../../apps/serve.cjs'

serve(apps.doors({ mariadb, callback }))
