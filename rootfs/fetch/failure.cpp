#include "rootfs/fetch/failure.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace farboot::rootfs
{

namespace
{

constexpr std::size_t longest_server_sentence = 500;

/// The sentence of {"error": {"sentence": …}}, or nothing. It comes from the network and goes to a terminal.
std::string server_sentence(std::string_view body)
{
    auto json = nlohmann::json::parse(body, nullptr, false);
    if (!json.is_object() || !json.contains("error") || !json["error"].is_object())
        return {};
    auto found = json["error"].find("sentence");
    if (found == json["error"].end() || !found->is_string())
        return {};
    auto sentence = found->get<std::string>();
    auto control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
    bool plain = std::ranges::none_of(sentence, control) && sentence.find("\xc2\x9b") == sentence.npos;
    return plain && sentence.size() <= longest_server_sentence ? sentence : std::string();
}

/// A TLS handshake that the connection's end broke off says nothing about who the other side is.
bool lost_in_handshake(std::string_view detail)
{
    return detail.find("unexpected eof") != detail.npos || detail.find("SSL_ERROR_SYSCALL") != detail.npos ||
           detail.find("Connection reset") != detail.npos || detail.find("Broken pipe") != detail.npos;
}

} // namespace

std::string shown_url(std::string_view url)
{
    return std::string(url.substr(0, url.find_first_of("?#")));
}

Error transfer_failure(CURLcode code, std::string_view detail, std::string_view url, bool began)
{
    auto error = [&](std::string reason, std::string_view what, std::string_view advice) {
        return Error{std::move(reason), fmt::format("{}: {} ({}). {}", shown_url(url), what, detail, advice)};
    };
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return error("unreachable", "the server's name could not be looked up", "Check the network and the address.");
    case CURLE_SSL_CONNECT_ERROR:
        if (lost_in_handshake(detail))
            break;
        [[fallthrough]];
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_USE_SSL_FAILED:
        return error("tls", "the server could not prove who it is and is not used",
                     "Check this computer's clock, the server's certificate and the authority that it is by.");
    case CURLE_SSL_CACERT_BADFILE:
        return error("tls", "the file of trusted authorities could not be read", "Check that it is there and PEM.");
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_TOO_MANY_REDIRECTS:
        if (began) // else libcurl means HTTP/0.9, which is how it takes any bytes that are not HTTP
            return error("redirect-refused", "the server sends us elsewhere in a way that is not followed",
                         "Use the address that it points to.");
        [[fallthrough]];
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_OUT_OF_MEMORY:
        return error("bad-answer", "the answer is not one that can be used", "Check what runs at this address.");
    case CURLE_PARTIAL_FILE:
        return error("truncated", "the connection ended before the answer did", "Try again.");
    default:
        break;
    }
    if (began)
        return error("truncated", "the connection broke in the middle of the answer", "Try again.");
    return error("unreachable", "the server does not answer",
                 "Check the network and that the server runs; then try again.");
}

Error status_failure(long status, std::string_view body, std::string_view url)
{
    std::string said = server_sentence(body);
    std::string sentence = said.empty() ? fmt::format("{}: the server answered with status {}.", shown_url(url), status)
                                        : fmt::format("{}: {} (status {})", shown_url(url), said, status);
    return {fmt::format("http-{}", status), std::move(sentence)};
}

} // namespace farboot::rootfs
