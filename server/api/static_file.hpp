#pragma once

#include "server/http/file.hpp"
#include "server/http/range.hpp"
#include "server/http/request.hpp"
#include "server/http/response.hpp"

#include <string>

namespace farboot::server::api
{

/// An opened file as an answer: 200, 206, 304 or 416, with its ETag. More headers are the caller's.
[[nodiscard]] inline http::Response file_response(const http::Request& request, std::shared_ptr<const http::File> file,
                                                  std::string etag, std::string type, std::string cache)
{
    http::Response response;
    response.with("ETag", etag).with("Cache-Control", std::move(cache)).with("Accept-Ranges", "bytes");
    if (http::etag_matches(request.header("if-none-match").value_or(""), etag)) {
        response.status = 304;
        return response;
    }
    const bool same = request.header("if-range").value_or(etag) == etag;
    const auto size = file->size();
    const auto range = http::parse_range(same ? request.header("range") : std::nullopt, size);
    if (range.kind == http::Range::Kind::unsatisfiable)
        return http::error(416, "range-unsatisfiable", fmt::format("The file has {} bytes only.", size))
            .with("Content-Range", fmt::format("bytes */{}", size));
    response.with("Content-Type", std::move(type));
    if (range.kind == http::Range::Kind::part) {
        response.status = 206;
        response.with("Content-Range",
                      fmt::format("bytes {}-{}/{}", range.first, range.first + range.length - 1, size));
    }
    response.body = http::FilePart{std::move(file), range.first, range.length};
    return response;
}

} // namespace farboot::server::api
