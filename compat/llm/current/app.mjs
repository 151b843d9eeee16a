import '@riposte/monitor/register'
import { Anthropic } from '@anthropic-ai/sdk'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import * as messages from '@langchain/core/messages'
import { ChatOpenAI } from '@langchain/openai'
import * as ai from 'ai'
import { AzureOpenAI, OpenAI } from 'openai'
import { z } from 'zod'
import app from '../apps/doors.cjs'
import { serve } from '../apps/serve.cjs'

serve(app.doors({ OpenAI, AzureOpenAI, Anthropic, ChatOpenAI, messages, ai, createOpenAICompatible, z }))
