'use strict'

require('@riposte/monitor/register')
const { OpenAI, AzureOpenAI } = require('openai')
const { Anthropic } = require('@anthropic-ai/sdk')
const { ChatOpenAI } = require('@langchain/openai')
const messages = require('@langchain/core/messages')
const ai = require('ai')
const { createOpenAICompatible } = require('@ai-sdk/openai-compatible')
const { z } = require('zod')
const { doors } = require('../apps/doors.cjs')
const { serve } = require('../apps/serve.cjs')

serve(doors({ OpenAI, AzureOpenAI, Anthropic, ChatOpenAI, messages, ai, createOpenAICompatible, z }))
