#pragma once

#include "rootfs/base/error.hpp"

#include <curl/curl.h>

#include <string>
#include <string_view>

/// Failures of transfers as sentences; not for other folders.
namespace farboot::rootfs
{

/// A URL as it may be shown and logged: without its query, which can hold a token.
[[nodiscard]] std::string shown_url(std::string_view url);

/// What libcurl's code means. `detail` is its own explanation, `began` tells whether a part of the answer had come.
[[nodiscard]] Error transfer_failure(CURLcode code, std::string_view detail, std::string_view url, bool began);

/// http-<status>, with the sentence of a Farboot server's error (docs/http-api.md) if `body` is one.
[[nodiscard]] Error status_failure(long status, std::string_view body, std::string_view url);

} // namespace farboot::rootfs
