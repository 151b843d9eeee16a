/** Where models are asked: OpenAI's, Anthropic's, Gemini's, Bedrock's, Ollama's and gateways' paths. */
const modelPath =
  /(?:\/chat\/completions|\/(?:v\d\w*\/)?completions|\/responses|\/messages|\/complete|\/converse(?:-stream)?|\/invoke(?:-with-response-stream)?|\/api\/(?:chat|generate)|\/language-model|:(?:stream)?(?:generateContent|GenerateContent|rawPredict))$/

export function isModelPath(path: string): boolean {
  const end = path.search(/[?#]/)
  return modelPath.test(end === -1 ? path : path.slice(0, end))
}
