#include "rootfs/fetch/failure.hpp"
#include "rootfs/fetch/transfer.hpp"

#include <openssl/ssl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <sys/stat.h>

/// How a transfer's request becomes libcurl's options.
namespace farboot::rootfs
{

namespace
{

constexpr long max_redirects = 3;
constexpr long usual_dns_seconds = 60; // libcurl's own
constexpr long receive_buffer_bytes = 128 * 1024;

template <class Value>
void set(CURL* easy, CURLoption option, Value value)
{
    if (curl_easy_setopt(easy, option, value) != CURLE_OK)
        throw std::bad_alloc(); // the options are all known to Debian 12's libcurl
}

/// The URL's scheme if it can be fetched: http or https, a host, no user or password.
std::optional<std::string> scheme_of(const std::string& url)
{
    CURLU* parts = curl_url();
    char* scheme = nullptr;
    std::optional<std::string> result;
    if (parts != nullptr && curl_url_set(parts, CURLUPART_URL, url.c_str(), CURLU_DISALLOW_USER) == CURLUE_OK &&
        curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK)
        result = scheme;
    curl_free(scheme);
    curl_url_cleanup(parts);
    return result == "https" || result == "http" ? result : std::nullopt;
}

bool is_method(std::string_view text)
{
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

/// Dates are left out, nothing else: a computer whose clock stands in 1970 still knows whom it talks to.
CURLcode ignore_dates(CURL*, void* context, void*)
{
    auto* parameters = SSL_CTX_get0_param(static_cast<SSL_CTX*>(context));
    bool good = X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_NO_CHECK_TIME) == 1;
    return good ? CURLE_OK : CURLE_SSL_CONNECT_ERROR;
}

} // namespace

Result<void> Transfer::prepare(const TlsTrust& trust, Sockets& sockets)
{
    if (auto good = set_request(); !good)
        return good;
    set_tls(trust);
    sockets.watch(easy_);
    sockets_ = &sockets;
    set(easy_, CURLOPT_PRIVATE, static_cast<void*>(this));
    set(easy_, CURLOPT_ERRORBUFFER, detail_.data());
    set(easy_, CURLOPT_NOSIGNAL, 1L);
    set(easy_, CURLOPT_QUICK_EXIT, 1L); // a cancelled look-up of a name must not hold up the thread
    // A server that is not where it was may have moved: its name is looked up anew.
    set(easy_, CURLOPT_DNS_CACHE_TIMEOUT, counters_->unconnected ? 0L : usual_dns_seconds);
    set(easy_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request_.connect_timeout.count()));
    set(easy_, CURLOPT_TCP_KEEPALIVE, 1L);
    set(easy_, CURLOPT_BUFFERSIZE, receive_buffer_bytes);
    set(easy_, CURLOPT_HTTP_VERSION,
        static_cast<long>(request_.own_connection ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS));
    set(easy_, CURLOPT_USERAGENT, "farboot");
    set(easy_, CURLOPT_PREREQFUNCTION, &Transfer::on_request);
    set(easy_, CURLOPT_PREREQDATA, static_cast<void*>(this));
    set(easy_, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
    set(easy_, CURLOPT_HEADERDATA, static_cast<void*>(this));
    set(easy_, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
    set(easy_, CURLOPT_WRITEDATA, static_cast<void*>(this));
    return {};
}

Result<void> Transfer::set_request()
{
    auto bad = [&](std::string_view why) {
        return fail("bad-request", "{}: cannot be asked for: {}.", shown_url(request_.url), why);
    };
    auto scheme = scheme_of(request_.url);
    if (!scheme)
        return bad("the address is not https:// or http:// with a host and no password in it");
    if (!is_method(request_.method))
        return bad("the method is no word");
    for (const auto& [name, value] : request_.headers)
        if (name.empty() || name.find_first_of("\r\n: ;") != name.npos || value.find_first_of("\r\n") != value.npos)
            return bad("a header has characters that would break the request");
    if (request_.range &&
        (request_.range->second == 0 || request_.range->first + (request_.range->second - 1) < request_.range->first))
        return bad("the range is empty or past the end of all numbers");

    set(easy_, CURLOPT_URL, request_.url.c_str());
    set(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
    set(easy_, CURLOPT_REDIR_PROTOCOLS_STR, scheme->c_str());
    set(easy_, CURLOPT_MAXREDIRS, max_redirects);
    if (request_.method == "GET" || request_.method == "HEAD") {
        set(easy_, CURLOPT_FOLLOWLOCATION, 1L);
        set(easy_, request_.method == "GET" ? CURLOPT_HTTPGET : CURLOPT_NOBODY, 1L);
    } else {
        set(easy_, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
        if (!request_.body_file.empty()) {
            if (auto good = set_body_file(); !good)
                return good;
        } else if (request_.method != "DELETE" || !request_.body.empty()) {
            set(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
            set(easy_, CURLOPT_POSTFIELDS, request_.body.data()); // not copied
        }
        add_header("Expect", ""); // waiting for "100 Continue" is a round trip
    }
    if (request_.range) {
        auto [first, length] = *request_.range;
        set(easy_, CURLOPT_RANGE, fmt::format("{}-{}", first, first + length - 1).c_str());
    }
    for (const auto& [name, value] : request_.headers)
        add_header(name, value.empty() ? ";" : value);
    if (request_.bypass_caches)
        add_header("Cache-Control", "no-cache");
    set(easy_, CURLOPT_HTTPHEADER, headers_);
    return {};
}

Result<void> Transfer::set_body_file()
{
    body_file_.reset(std::fopen(request_.body_file.c_str(), "rbe"));
    struct stat info{};
    if (!body_file_ || ::fstat(::fileno(body_file_.get()), &info) != 0)
        return fail("bad-request", "{} cannot be read: {}.", request_.body_file, std::strerror(errno));
    auto length = static_cast<std::uint64_t>(info.st_size);
    if (request_.body_range) {
        const auto [first, part] = *request_.body_range;
        if (first > length || part > length - first)
            return fail("bad-request", "{} has become shorter while it was sent.", request_.body_file);
        body_first_ = first;
        length = part;
        if (::fseeko(body_file_.get(), static_cast<off_t>(first), SEEK_SET) != 0)
            return fail("bad-request", "{} cannot be read: {}.", request_.body_file, std::strerror(errno));
    }
    set(easy_, CURLOPT_UPLOAD, 1L);
    set(easy_, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(length));
    set(easy_, CURLOPT_READFUNCTION, &Transfer::on_read);
    set(easy_, CURLOPT_READDATA, static_cast<void*>(this));
    set(easy_, CURLOPT_SEEKFUNCTION, &Transfer::on_seek);
    set(easy_, CURLOPT_SEEKDATA, static_cast<void*>(this));
    return {};
}

/// libcurl's own marks: "Name:" takes a header away, "Name;" sends it empty.
void Transfer::add_header(std::string_view name, std::string_view value)
{
    std::string line = value == ";" ? fmt::format("{};", name) : fmt::format("{}: {}", name, value);
    curl_slist* longer = curl_slist_append(headers_, value.empty() ? fmt::format("{}:", name).c_str() : line.c_str());
    if (longer == nullptr)
        throw std::bad_alloc();
    headers_ = longer;
}

void Transfer::set_tls(const TlsTrust& trust)
{
    set(easy_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set(easy_, CURLOPT_SSL_VERIFYPEER, 1L);
    set(easy_, CURLOPT_SSL_VERIFYHOST, 2L);
    if (!trust.ca_file.empty()) {
        set(easy_, CURLOPT_CAINFO, trust.ca_file.c_str());
        set(easy_, CURLOPT_CAPATH, static_cast<char*>(nullptr)); // libcurl would trust the system's authorities too
    }
    if (!trust.check_dates)
        set(easy_, CURLOPT_SSL_CTX_FUNCTION, &ignore_dates);
}

} // namespace farboot::rootfs
