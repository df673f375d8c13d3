#pragma once

#include <string>
#include <string_view>

namespace farboot::server
{

/// A value inside of an LDAP filter (RFC 4515 section 3): what could end it, or match more than it says, is escaped.
[[nodiscard]] std::string in_filter(std::string_view value);

/// A template's {user} and {dn} replaced by escaped values.
[[nodiscard]] std::string fill_filter(std::string_view pattern, std::string_view user, std::string_view dn);

/// A DN in the one form that all spellings of it have: as RFC 4514 writes it, in lower case (ASCII), since what
/// directories have in DNs is compared so nearly everywhere. What is no DN stays as it is, in lower case.
[[nodiscard]] std::string normal_dn(const std::string& dn);

} // namespace farboot::server
