#include "rootfs/cli/s3_client.hpp"
#include "rootfs/base/number.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <fstream>

namespace farboot::rootfs
{

namespace
{

constexpr std::size_t longest_word = 2000;
constexpr std::uint64_t max_list_bytes = 16 << 20; // of a thousand names

/// What stands between <name> and </name> of an answer of S3, as far as it can be shown; else nothing.
std::string element(std::string_view xml, std::string_view name)
{
    const auto opening = fmt::format("<{}>", name);
    const auto begin = xml.find(opening);
    if (begin == xml.npos)
        return {};
    const auto text = xml.substr(begin + opening.size());
    const auto end = text.find('<');
    const auto plain = [](char c) { return c >= 0x20 && c < 0x7f; };
    if (end == text.npos || end > longest_word || !std::ranges::all_of(text.substr(0, end), plain))
        return {};
    return std::string(text.substr(0, end));
}

/// 2026-11-26T13:05:47.126Z
std::int64_t time_of(const std::string& text)
{
    std::tm utc{};
    return ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &utc) == nullptr ? 0 : ::timegm(&utc);
}

S3Address::Style style_of(const std::string& text)
{
    return text == "path"   ? S3Address::Style::by_path
           : text == "host" ? S3Address::Style::by_host
                            : S3Address::Style::automatic;
}

} // namespace

void add_s3_options(CLI::App& command, S3Options& options)
{
    command
        .add_option("--s3-endpoint", options.endpoint,
                    "Address of the S3 service; without it, Amazon's (or AWS_ENDPOINT_URL of the environment)")
        ->type_name("URL")
        ->envname("AWS_ENDPOINT_URL");
    command.add_option("--s3-region", options.region, "The bucket's region (or AWS_REGION)")
        ->type_name("NAME")
        ->envname("AWS_REGION")
        ->capture_default_str();
    command
        .add_option("--s3-addressing", options.style,
                    "Where the bucket's name stands in addresses: path or host; auto is host at Amazon, else path")
        ->check(CLI::IsMember({"auto", "path", "host"}))
        ->capture_default_str();
    command
        .add_option("--s3-key-file", options.key_file,
                    "File (mode 0600) with the key, as ~/.aws/credentials has it; without it, AWS_ACCESS_KEY_ID and "
                    "AWS_SECRET_ACCESS_KEY of the environment")
        ->type_name("FILE");
}

S3Client::S3Client(S3Address address, S3Signer signer, TlsTrust trust)
    : address_(std::move(address)), signer_(std::move(signer)), http_(std::make_unique<HttpClient>(std::move(trust)))
{
}

Result<S3Client> S3Client::create(const std::string& bucket_url, const S3Options& options, const std::string& ca_file)
{
    auto address = S3Address::of_bucket(bucket_url, options.endpoint, options.region, style_of(options.style));
    if (!address)
        return std::unexpected(address.error());
    auto key = S3Key::load(options.key_file);
    if (!key)
        return std::unexpected(key.error());
    return S3Client(std::move(*address), S3Signer(std::move(*key), options.region), {ca_file, true});
}

Result<HttpResponse> S3Client::send(HttpRequest request, const std::string& path, const Digest& body,
                                    const std::stop_token& stop) const
{
    sign(request, address_.path + "/" + path, {}, body);
    return http_->fetch(std::move(request), stop);
}

void S3Client::sign(HttpRequest& request, const std::string& path, const S3Request::Pairs& query,
                    const Digest& body) const
{
    const S3Request to_sign{request.method, address_.host, path, query, {}};
    const auto text = s3_query(query);
    request.url = fmt::format("{}://{}{}{}{}", address_.scheme, address_.host, path, text.empty() ? "" : "?", text);
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    for (auto& header : signer_.headers(to_sign, body, now))
        request.headers.push_back(std::move(header));
    request.stall_timeout = std::chrono::minutes(1);
}

Error S3Client::refusal(const HttpResponse& answer, const std::string& url) const
{
    const auto code = element(answer.body, "Code");
    const auto message = element(answer.body, "Message").substr(0, 300);
    const auto error = [&](const char* reason, const std::string& sentence) {
        return Error{reason, fmt::format("{}: {}", url, sentence)};
    };
    const auto said = code.empty() ? fmt::format("status {}", answer.status)
                                   : fmt::format("{}{}{}", code, message.empty() ? "" : ": ", message);
    if (code == "InvalidAccessKeyId")
        return error("s3-key", fmt::format("the store does not know the key {}. Check the access key, and that the "
                                           "endpoint is the one that it is for.",
                                           signer_.key().access_key));
    if (code == "SignatureDoesNotMatch")
        return error("s3-key", fmt::format("the secret does not belong to the key {}. Check it for letters that are "
                                           "missing, and the region ({}).",
                                           signer_.key().access_key, signer_.region()));
    if (code == "ExpiredToken" || code == "InvalidToken")
        return error("s3-key", fmt::format("the key {} has ended: get a new one.", signer_.key().access_key));
    if (code == "RequestTimeTooSkewed")
        return error("s3-clock", "this computer's clock and the store's differ by more than the quarter of an hour "
                                 "that S3 allows. Set the clock.");
    if (code == "NoSuchBucket")
        return error("s3-bucket", "there is no such bucket. Check its name and the endpoint, or make it first.");
    if (code == "AuthorizationHeaderMalformed" || code == "PermanentRedirect" || answer.status == 301)
        return error("s3-region", fmt::format("the bucket is not in the region {} ({}). Name its region with "
                                              "--s3-region.",
                                              signer_.region(), said));
    if (code == "XAmzContentSHA256Mismatch" || code == "BadDigest")
        return error("digest-mismatch", "what arrived is not what it should be: it was altered on this disk or on the "
                                        "way. Check the store here: farboot image verify.");
    if (code == "RequestTimeout" || answer.status >= 500 || answer.status == 429)
        return error("s3-busy", fmt::format("the store cannot do this now ({}).", said));
    if (answer.status == 403)
        return error("s3-denied", fmt::format("the key {} may not do this ({}). It needs the rights s3:GetObject, "
                                              "s3:PutObject and s3:ListBucket.",
                                              signer_.key().access_key, said));
    return error("s3-refused", fmt::format("the store refused it ({}).", said));
}

Result<std::optional<std::uint64_t>> S3Client::size_of(const std::string& path, const std::stop_token& stop) const
{
    HttpRequest head;
    head.method = "HEAD";
    const auto answer = send(std::move(head), path, sha256({}), stop);
    if (!answer)
        return std::unexpected(answer.error());
    if (answer->status == 404)
        return std::nullopt;
    if (answer->status == 200)
        return answer->length;
    // The answer to a HEAD does not say why: that to a GET does.
    HttpRequest why;
    why.range = {0, 1};
    auto explained = send(std::move(why), path, sha256({}), stop);
    if (!explained || explained->status < 300)
        explained = answer;
    return std::unexpected(refusal(*explained, address_.url() + "/" + path));
}

Result<std::optional<std::string>> S3Client::get(const std::string& path, std::uint64_t max_bytes,
                                                 const std::stop_token& stop) const
{
    HttpRequest request;
    request.max_body = max_bytes;
    auto answer = send(std::move(request), path, sha256({}), stop);
    if (!answer)
        return std::unexpected(answer.error());
    if (answer->status == 404 && element(answer->body, "Code") != "NoSuchBucket")
        return std::nullopt;
    if (answer->status != 200)
        return std::unexpected(refusal(*answer, address_.url() + "/" + path));
    return std::move(answer->body);
}

Result<void> S3Client::put(const std::string& path, Body body, const std::string& cache_control,
                           const std::stop_token& stop) const
{
    HttpRequest request;
    request.method = "PUT";
    request.headers = {{"Content-Type", "application/octet-stream"}, {"Cache-Control", cache_control}};
    request.body = std::move(body.bytes);
    request.body_file = std::move(body.file);
    const auto answer = send(std::move(request), path, body.digest, stop);
    if (!answer)
        return std::unexpected(answer.error());
    if (answer->status < 200 || answer->status > 299)
        return std::unexpected(refusal(*answer, address_.url() + "/" + path));
    return {};
}

Result<void> S3Client::download(const std::string& path, const std::filesystem::path& target, std::uint64_t max_bytes,
                                const std::stop_token& stop) const
{
    std::ofstream file(target, std::ios::binary | std::ios::trunc);
    HttpRequest request;
    request.max_body = max_bytes;
    sign(request, address_.path + "/" + path, {}, sha256({}));
    const auto write = [&](Bytes piece) {
        file.write(reinterpret_cast<const char*>(piece.data()), static_cast<std::streamsize>(piece.size()));
        return file.good();
    };
    const auto answer = http_->stream(std::move(request), write, stop);
    file.close();
    if (!answer)
        return std::unexpected(answer.error());
    if (file.fail())
        return fail("io", "Cannot write {}.", target.string());
    return {};
}

Result<std::vector<S3Client::Object>> S3Client::list(const std::string& beginning, const std::stop_token& stop) const
{
    const auto bucket = address_.path.substr(0, address_.bucket_length);
    auto prefix = address_.path.substr(address_.bucket_length) + "/";
    prefix.erase(0, 1); // names in a bucket begin without a slash
    std::vector<Object> objects;
    for (std::string next;;) {
        S3Request::Pairs query{{"list-type", "2"}, {"prefix", prefix + beginning}};
        if (!next.empty())
            query.emplace_back("continuation-token", next);
        HttpRequest request;
        request.max_body = max_list_bytes;
        sign(request, bucket.empty() ? "/" : bucket, query, sha256({}));
        const auto answer = http_->fetch(std::move(request), stop);
        if (!answer)
            return std::unexpected(answer.error());
        if (answer->status != 200)
            return std::unexpected(refusal(*answer, address_.url()));
        std::string_view xml = answer->body;
        for (auto at = xml.find("<Contents>"); at != xml.npos; at = xml.find("<Contents>", at + 1)) {
            const auto one = xml.substr(at, xml.find("</Contents>", at) - at);
            const auto key = element(one, "Key");
            if (key.starts_with(prefix))
                objects.push_back({key.substr(prefix.size()),
                                   to_number<std::uint64_t>(element(one, "Size")).value_or(0),
                                   time_of(element(one, "LastModified"))});
        }
        next = element(xml, "NextContinuationToken");
        if (element(xml, "IsTruncated") != "true" || next.empty())
            break;
    }
    std::ranges::sort(objects, {}, &Object::path);
    return objects;
}

Result<void> S3Client::remove(const std::string& path, const std::stop_token& stop) const
{
    HttpRequest request;
    request.method = "DELETE";
    const auto answer = send(std::move(request), path, sha256({}), stop);
    if (!answer)
        return std::unexpected(answer.error());
    if (answer->status != 404 && (answer->status < 200 || answer->status > 299))
        return std::unexpected(refusal(*answer, address_.url() + "/" + path));
    return {};
}

} // namespace farboot::rootfs
