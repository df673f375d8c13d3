#include "server/http/response.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace farboot::server::http
{

std::uint64_t Response::length() const
{
    if (const auto* part = std::get_if<FilePart>(&body))
        return part->length;
    if (is_stream())
        return 0;
    return std::get<std::string>(body).size();
}

Response text(int status, std::string body)
{
    return Response{.status = status,
                    .headers = {{"Content-Type", "text/plain; charset=utf-8"}, {"Cache-Control", "no-store"}},
                    .body = std::move(body),
                    .code = {}};
}

Response json(int status, const nlohmann::json& body)
{
    return json_text(status, body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

Response json_text(int status, std::string body)
{
    return Response{.status = status,
                    .headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}},
                    .body = std::move(body),
                    .code = {}};
}

Response error(int status, std::string code, std::string_view sentence, std::string_view field)
{
    nlohmann::json inner{{"code", code}, {"sentence", sentence}};
    if (!field.empty())
        inner["field"] = field;
    auto response = json(status, {{"error", std::move(inner)}});
    response.code = std::move(code);
    return response;
}

Response error(int status, const Error& error, std::string_view field)
{
    return http::error(status, error.reason, error.sentence, field);
}

Response no_content()
{
    return Response{.status = 204, .headers = {}, .body = {}, .code = {}};
}

Response redirect(std::string location)
{
    return Response{.status = 302,
                    .headers = {{"Location", std::move(location)}, {"Cache-Control", "no-store"}},
                    .body = std::string(),
                    .code = {}};
}

std::string_view phrase_of(int status)
{
    using Phrase = std::pair<int, std::string_view>;
    static constexpr auto phrases = std::to_array<Phrase>({
        {200, "OK"},
        {201, "Created"},
        {204, "No Content"},
        {206, "Partial Content"},
        {302, "Found"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {411, "Length Required"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {415, "Unsupported Media Type"},
        {416, "Range Not Satisfiable"},
        {423, "Locked"},
        {428, "Precondition Required"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {503, "Service Unavailable"},
    });
    const auto* found = std::ranges::find(phrases, status, &Phrase::first);
    return found == phrases.end() ? "" : found->second;
}

} // namespace farboot::server::http
