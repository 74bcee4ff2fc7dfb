"use strict";

// Swagger UI writes what is nested in a form as JSON text; the API wants it in brackets, however deep.
function bracketed(name, value) {
  if (Array.isArray(value)) {
    const list = name.endsWith("[]") ? name.slice(0, -2) : name;
    return value.flatMap((item, place) => bracketed(`${list}[${place}]`, item));
  }
  if (value !== null && typeof value === "object") {
    return Object.entries(value).flatMap(([part, item]) => bracketed(`${name}[${part}]`, item));
  }
  return value === null ? [] : [[name, String(value)]];
}

function nested(text) {
  if (!/^\s*[{[]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function inBrackets(request) {
  const type = (request.headers && request.headers["Content-Type"]) || "";
  if (type.startsWith("application/x-www-form-urlencoded") && typeof request.body === "string") {
    // Fields that were left empty are not meant to be emptied; who means that says it in JSON, with null.
    const pairs = [...new URLSearchParams(request.body)].filter(([, text]) => text !== "");
    request.body = new URLSearchParams(pairs.flatMap(([name, text]) => bracketed(name, nested(text)))).toString();
  }
  return request;
}

SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  docExpansion: "none",
  defaultModelsExpandDepth: -1,
  displayRequestDuration: true,
  filter: true,
  persistAuthorization: true,
  tryItOutEnabled: true,
  requestInterceptor: inBrackets,
});
