#pragma once

#include <string_view>

namespace farboot::server::api
{

/// openapi.yaml of this folder, as JSON.
[[nodiscard]] std::string_view openapi_document();

} // namespace farboot::server::api
