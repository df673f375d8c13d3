#pragma once

#include "server/directory/settings.hpp"
#include "server/directory/watchdog.hpp"

#include <ldap.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// libldap, as far as it is needed.
namespace farboot::server::ldap
{

struct Entry {
    std::string dn;
    std::string value; ///< the first of the attribute that was asked for, or empty
};

/// A connection to the directory, encrypted as the settings say; the server's certificate is checked. Follows no
/// referrals: they would send passwords to servers that nobody has named.
class Connection
{
public:
    /// Reason: directory-unreachable.
    [[nodiscard]] static Result<Connection> open(const DirectorySettings& settings);

    /// Reasons: password-wrong, directory-unreachable.
    [[nodiscard]] Result<void> bind(const std::string& dn, std::string_view password);
    /// What is below `base`, at most so much. Reason: directory-unreachable.
    [[nodiscard]] Result<std::vector<Entry>> search(const std::string& base, const std::string& filter,
                                                    const std::string& attribute, int most);

private:
    struct Unbind {
        void operator()(LDAP* handle) const { ::ldap_unbind_ext_s(handle, nullptr, nullptr); }
    };
    Connection(LDAP* handle, const DirectorySettings& settings);
    [[nodiscard]] std::unexpected<Error> unreachable(std::string_view doing, int code) const;

    std::unique_ptr<Watchdog> watchdog_;
    std::unique_ptr<ldap_conncb> callbacks_; ///< libldap keeps a pointer to it, and it one to the watchdog
    std::unique_ptr<LDAP, Unbind> handle_;
    const DirectorySettings* settings_;
};

} // namespace farboot::server::ldap
