#include "server/directory/connection.hpp"

#include <fcntl.h>

namespace farboot::server::ldap
{

namespace
{

timeval time_of(std::chrono::seconds seconds)
{
    return {.tv_sec = seconds.count(), .tv_usec = 0};
}

struct FreeMessage {
    void operator()(LDAPMessage* message) const { ::ldap_msgfree(message); }
};

std::string first_value(LDAP* handle, LDAPMessage* entry, const std::string& attribute)
{
    berval** values = ::ldap_get_values_len(handle, entry, attribute.c_str());
    std::string value;
    if (values && values[0])
        value.assign(values[0]->bv_val, values[0]->bv_len);
    ::ldap_value_free_len(values);
    return value;
}

/// From when it is connected, the socket blocks, and has the watchdog: on one that does not, Debian 12's libldap runs
/// in a circle, at full speed, until the handshake of TLS is answered.
int take_socket(LDAP*, Sockbuf* buffer, LDAPURLDesc*, sockaddr*, ldap_conncb* callbacks)
{
    ber_socket_t descriptor = -1;
    if (::ber_sockbuf_ctrl(buffer, LBER_SB_OPT_GET_FD, &descriptor) != 1)
        return LDAP_OTHER;
    const int flags = ::fcntl(descriptor, F_GETFL);
    if (flags < 0 || ::fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK) != 0)
        return LDAP_OTHER;
    static_cast<Watchdog*>(callbacks->lc_arg)->mind(descriptor);
    return LDAP_SUCCESS;
}

void leave_socket(LDAP*, Sockbuf*, ldap_conncb* callbacks)
{
    static_cast<Watchdog*>(callbacks->lc_arg)->mind(-1);
}

} // namespace

Connection::Connection(LDAP* handle, const DirectorySettings& settings)
    : watchdog_(std::make_unique<Watchdog>()),
      callbacks_(std::make_unique<ldap_conncb>(
          ldap_conncb{.lc_add = take_socket, .lc_del = leave_socket, .lc_arg = watchdog_.get()})),
      handle_(handle),
      settings_(&settings)
{
}

std::unexpected<Error> Connection::unreachable(std::string_view doing, int code) const
{
    char* more = nullptr;
    ::ldap_get_option(handle_.get(), LDAP_OPT_DIAGNOSTIC_MESSAGE, static_cast<void*>(&more));
    const std::string details = more ? more : "";
    ::ldap_memfree(more);
    return fail("directory-unreachable", "The directory {} failed at {}: {}{}{}.", settings_->url, doing,
                ::ldap_err2string(code), details.empty() ? "" : ": ", details);
}

Result<Connection> Connection::open(const DirectorySettings& settings)
{
    LDAP* handle = nullptr;
    if (const int code = ::ldap_initialize(&handle, settings.url.c_str()); code != LDAP_SUCCESS)
        return fail("directory-unreachable", "{} cannot be used: {}.", settings.url, ::ldap_err2string(code));
    Connection connection(handle, settings);
    const int version = LDAP_VERSION3;
    const int hard = LDAP_OPT_X_TLS_HARD;
    const int client = 0;
    const auto timeout = time_of(settings.timeout);
    const auto ca = settings.ca.string();
    int code = LDAP_SUCCESS;
    const auto set = [&](int option, const void* value) {
        if (code == LDAP_SUCCESS)
            code = ::ldap_set_option(handle, option, value);
    };
    set(LDAP_OPT_PROTOCOL_VERSION, &version);
    set(LDAP_OPT_CONNECT_CB, connection.callbacks_.get());
    set(LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
    set(LDAP_OPT_NETWORK_TIMEOUT, &timeout);
    set(LDAP_OPT_TIMEOUT, &timeout);
    const bool tls = settings.start_tls || settings.url.starts_with("ldaps://");
    if (tls) {
        set(LDAP_OPT_X_TLS_REQUIRE_CERT, &hard);
        set(LDAP_OPT_X_TLS_CACERTFILE, ca.c_str());
        set(LDAP_OPT_X_TLS_NEWCTX, &client);
    }
    if (code != LDAP_SUCCESS)
        return connection.unreachable("setting up the connection (is the file with its authority right?)", code);
    const Watchdog::Limit limit(*connection.watchdog_, settings.timeout);
    // Connects here already: what follows has only to fail or not.
    if (code = ::ldap_connect(handle); code != LDAP_SUCCESS)
        return connection.unreachable("connecting", code);
    if (settings.start_tls)
        if (code = ::ldap_start_tls_s(handle, nullptr, nullptr); code != LDAP_SUCCESS)
            return connection.unreachable("StartTLS", code);
    return connection;
}

Result<void> Connection::bind(const std::string& dn, std::string_view password)
{
    // An empty one would be taken as "nobody" and accepted (RFC 4513 section 5.1.2).
    if (password.empty() && !dn.empty())
        return fail("password-wrong", "The password is empty.");
    const Watchdog::Limit limit(*watchdog_, settings_->timeout);
    std::string copy(password);
    berval credentials{.bv_len = copy.size(), .bv_val = copy.data()};
    const int code =
        ::ldap_sasl_bind_s(handle_.get(), dn.c_str(), LDAP_SASL_SIMPLE, &credentials, nullptr, nullptr, nullptr);
    if (code == LDAP_INVALID_CREDENTIALS || code == LDAP_INAPPROPRIATE_AUTH || code == LDAP_CONSTRAINT_VIOLATION ||
        code == LDAP_UNWILLING_TO_PERFORM) // the last two: locked, or over
        return fail("password-wrong", "The directory does not accept the password of {}.", dn);
    if (code != LDAP_SUCCESS)
        return unreachable("logging in", code);
    return {};
}

Result<std::vector<Entry>> Connection::search(const std::string& base, const std::string& filter,
                                              const std::string& attribute, int most)
{
    const Watchdog::Limit limit(*watchdog_, settings_->timeout);
    std::string name = attribute;
    char* attributes[] = {name.data(), nullptr};
    auto timeout = time_of(settings_->timeout);
    LDAPMessage* answer = nullptr;
    const int code = ::ldap_search_ext_s(handle_.get(), base.c_str(), LDAP_SCOPE_SUBTREE, filter.c_str(), attributes, 0,
                                         nullptr, nullptr, &timeout, most, &answer);
    const std::unique_ptr<LDAPMessage, FreeMessage> kept(answer);
    if (code != LDAP_SUCCESS && code != LDAP_SIZELIMIT_EXCEEDED)
        return unreachable("searching " + filter + " below " + base, code);
    std::vector<Entry> entries;
    for (auto* entry = ::ldap_first_entry(handle_.get(), answer); entry;
         entry = ::ldap_next_entry(handle_.get(), entry)) {
        char* dn = ::ldap_get_dn(handle_.get(), entry);
        entries.push_back({.dn = dn ? dn : "", .value = first_value(handle_.get(), entry, attribute)});
        ::ldap_memfree(dn);
    }
    return entries;
}

} // namespace farboot::server::ldap
