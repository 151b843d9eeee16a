import '@riposte/monitor/register'
import mssql from 'mssql'
import tedious from 'tedious'
import apps from './mssql.doors.cjs'
import { serve } from './serve.cjs'

serve(apps.doors({ mssql, tedious }))
