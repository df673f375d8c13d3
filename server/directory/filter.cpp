#include "server/directory/filter.hpp"

#include <fmt/format.h>
#include <ldap.h>

namespace farboot::server
{

std::string in_filter(std::string_view value)
{
    std::string escaped;
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '*' || c == '(' || c == ')' || c == '\\' || byte < 0x20 || byte >= 0x7f)
            escaped += fmt::format("\\{:02x}", byte);
        else
            escaped += c;
    }
    return escaped;
}

std::string fill_filter(std::string_view pattern, std::string_view user, std::string_view dn)
{
    std::string filter;
    while (!pattern.empty()) {
        if (pattern.starts_with("{user}")) {
            filter += in_filter(user);
            pattern.remove_prefix(6);
        } else if (pattern.starts_with("{dn}")) {
            filter += in_filter(dn);
            pattern.remove_prefix(4);
        } else {
            filter += pattern.front();
            pattern.remove_prefix(1);
        }
    }
    return filter;
}

std::string normal_dn(const std::string& dn)
{
    std::string normal = dn;
    LDAPDN parsed = nullptr;
    if (::ldap_str2dn(dn.c_str(), &parsed, LDAP_DN_FORMAT_LDAPV3) == LDAP_SUCCESS) {
        char* text = nullptr;
        if (::ldap_dn2str(parsed, &text, LDAP_DN_FORMAT_LDAPV3) == LDAP_SUCCESS && text) {
            normal = text;
            ::ldap_memfree(text);
        }
        ::ldap_dnfree(parsed);
    }
    for (auto& c : normal)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return normal;
}

} // namespace farboot::server
