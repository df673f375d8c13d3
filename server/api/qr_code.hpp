#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace farboot::server::api
{

/// A QR code of a text, as rows of 1 (dark) and 0, without the quiet zone: what shows it need only draw squares. Empty
/// if the text is too long for one.
[[nodiscard]] std::vector<std::string> qr_code(std::string_view text);

} // namespace farboot::server::api
