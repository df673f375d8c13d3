#include "rootfs/s3/signature.hpp"

#include "rootfs/base/encoding.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <ctime>
#include <stdexcept>

namespace farboot::rootfs
{

namespace
{

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";

/// RFC 3986, 2.3: everything but unreserved characters.
std::string percent_encoded(std::string_view text)
{
    std::string encoded;
    for (const char c : text)
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
            c == '_' || c == '~')
            encoded += c;
        else
            encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    return encoded;
}

std::string hmac(std::string_view key, std::string_view text)
{
    std::string result(EVP_MAX_MD_SIZE, '\0');
    unsigned length = 0;
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(text.data()), text.size(),
             reinterpret_cast<unsigned char*>(result.data()), &length) == nullptr)
        throw std::runtime_error("OpenSSL cannot compute HMAC-SHA256, with which S3 requests are signed.");
    result.resize(length);
    return result;
}

/// 20130524T000000Z
std::string time_text(std::chrono::sys_seconds time)
{
    const std::time_t seconds = time.time_since_epoch().count();
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour,
                       utc.tm_min, utc.tm_sec);
}

std::string signed_names(const S3Request::Pairs& headers)
{
    std::string names;
    for (const auto& [name, value] : headers)
        names += (names.empty() ? "" : ";") + name;
    return names;
}

std::string canonical(const S3Request& request, const S3Request::Pairs& headers, std::string_view body)
{
    std::string lines;
    for (const auto& [name, value] : headers)
        lines += name + ":" + value + "\n";
    return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, request.path, s3_query(request.query), lines,
                       signed_names(headers), body);
}

} // namespace

std::string s3_query(S3Request::Pairs query)
{
    for (auto& [name, value] : query) {
        name = percent_encoded(name);
        value = percent_encoded(value);
    }
    std::ranges::sort(query);
    std::string text;
    for (const auto& [name, value] : query)
        text += (text.empty() ? "" : "&") + name + "=" + value;
    return text;
}

std::string S3Signer::scope(const std::string& time) const
{
    return fmt::format("{}/{}/s3/aws4_request", time.substr(0, 8), region_);
}

std::string S3Signer::signature(const std::string& canonical_request, const std::string& time) const
{
    const auto to_sign =
        fmt::format("{}\n{}\n{}\n{}", algorithm, time, scope(time), sha256(as_bytes(canonical_request)).hex());
    auto key = hmac("AWS4" + key_.secret_key, time.substr(0, 8));
    for (const auto& part : {region_, std::string("s3"), std::string("aws4_request")})
        key = hmac(key, part);
    return hex(as_bytes(hmac(key, to_sign)));
}

S3Request::Pairs S3Signer::headers(const S3Request& request, const Digest& body, std::chrono::sys_seconds now) const
{
    const auto time = time_text(now);
    S3Request::Pairs own{{"x-amz-content-sha256", body.hex()}, {"x-amz-date", time}};
    if (!key_.session_token.empty())
        own.emplace_back("x-amz-security-token", key_.session_token);
    auto all = request.headers;
    all.emplace_back("host", request.host);
    all.insert(all.end(), own.begin(), own.end());
    std::ranges::sort(all);
    own.emplace_back("Authorization",
                     fmt::format("{} Credential={}/{},SignedHeaders={},Signature={}", algorithm, key_.access_key,
                                 scope(time), signed_names(all), signature(canonical(request, all, body.hex()), time)));
    return own;
}

std::string S3Signer::query(const S3Request& request, std::chrono::seconds life, std::chrono::sys_seconds now) const
{
    const auto time = time_text(now);
    auto all = request.headers;
    all.emplace_back("host", request.host);
    std::ranges::sort(all);
    auto with_key = request;
    with_key.query.insert(with_key.query.end(), {{"X-Amz-Algorithm", std::string(algorithm)},
                                                 {"X-Amz-Credential", key_.access_key + "/" + scope(time)},
                                                 {"X-Amz-Date", time},
                                                 {"X-Amz-Expires", std::to_string(life.count())},
                                                 {"X-Amz-SignedHeaders", signed_names(all)}});
    if (!key_.session_token.empty())
        with_key.query.emplace_back("X-Amz-Security-Token", key_.session_token);
    return fmt::format("{}&X-Amz-Signature={}", s3_query(with_key.query),
                       signature(canonical(with_key, all, "UNSIGNED-PAYLOAD"), time));
}

} // namespace farboot::rootfs
