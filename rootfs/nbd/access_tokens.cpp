#include "rootfs/nbd/access_tokens.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace farboot::rootfs
{

namespace
{

constexpr std::size_t max_token_bytes = 512;
constexpr std::uint64_t max_seconds = 24 * 3600;

struct Granted {
    std::string token;
    std::chrono::seconds life{};
};

/// {"token": "…", "seconds": 900}
std::optional<Granted> parse_grant(const std::string& body)
{
    const auto json = nlohmann::json::parse(body, nullptr, false);
    if (!json.is_object() || !json.value("token", nlohmann::json()).is_string() ||
        !json.value("seconds", nlohmann::json()).is_number_unsigned())
        return std::nullopt;
    Granted granted{json["token"], std::chrono::seconds(std::min(json["seconds"].get<std::uint64_t>(), max_seconds))};
    // It becomes a header: a line break in it would start another one.
    const auto is_printable = [](char c) { return c > 0x20 && c < 0x7f; };
    if (granted.token.empty() || granted.token.size() > max_token_bytes ||
        !std::ranges::all_of(granted.token, is_printable) || granted.life < std::chrono::seconds(1))
        return std::nullopt;
    return granted;
}

} // namespace

AccessTokens::AccessTokens(std::string url, TlsTrust trust) : url_(std::move(url)), trust_(std::move(trust)) {}

AccessTokens::~AccessTokens()
{
    client_.reset(); // what it still calls uses all the above
}

std::shared_ptr<AccessTokens::Entry> AccessTokens::entry(const std::string& audience)
{
    const std::lock_guard lock(mutex_);
    if (!client_)
        client_ = std::make_unique<HttpClient>(trust_, 2);
    auto& found = entries_[audience];
    if (!found)
        found = std::make_shared<Entry>();
    return found;
}

std::string AccessTokens::usable(Entry& entry, bool* renew)
{
    const std::lock_guard lock(mutex_);
    const auto now = Clock::now();
    if (now >= entry.good_until)
        return {};
    if (renew != nullptr && now >= entry.renew_at && !entry.renewing)
        *renew = entry.renewing = true;
    return entry.token;
}

HttpRequest AccessTokens::request(const std::string& audience) const
{
    HttpRequest request;
    request.method = "POST";
    request.url = url_;
    request.headers = {{"Content-Type", "application/json"}};
    request.body = nlohmann::json{{"audience", audience}}.dump();
    request.connect_timeout = std::chrono::milliseconds(5'000);
    request.stall_timeout = std::chrono::milliseconds(10'000);
    return request;
}

Result<std::string> AccessTokens::take(Entry& entry, const Result<HttpResponse>& answer)
{
    const auto now = Clock::now();
    const std::lock_guard lock(mutex_);
    entry.renewing = false;
    if (!answer)
        return std::unexpected(answer.error());
    const auto granted = answer->status == 200 ? parse_grant(answer->body) : std::nullopt;
    if (!granted)
        return fail("bad-answer", "{}: this is not a token for restricted images. Check what runs at this address.",
                    url_);
    entry.token = granted->token;
    entry.good_until = now + granted->life;
    entry.renew_at = now + granted->life * 2 / 3;
    return entry.token;
}

Result<std::string> AccessTokens::get(const std::string& audience, const Patience& patience)
{
    if (url_.empty())
        return fail("token-refused",
                    "The image is for the audience {} alone, and nobody has said where to ask for leave to read it. "
                    "Add \"tokens\" to the list of sources.",
                    audience);
    const auto found = entry(audience);
    bool is_due = false;
    if (auto token = usable(*found, &is_due); !token.empty()) {
        if (is_due)
            renew(audience, found);
        return token;
    }
    const std::lock_guard asking(found->asking);
    if (auto token = usable(*found); !token.empty()) // somebody else has asked meanwhile
        return token;
    auto answer = client_->fetch_ok(request(audience), patience.stop);
    if (!answer && answer.error().reason == "http-403")
        answer = fail("token-refused", "{}", answer.error().sentence);
    return take(*found, answer);
}

void AccessTokens::renew(const std::string& audience, const std::shared_ptr<Entry>& entry)
{
    client_->start(request(audience), [this, entry](Result<HttpResponse> answer) {
        const auto renewed = take(*entry, answer);
        if (renewed)
            return;
        const std::lock_guard lock(mutex_);
        entry->renew_at = std::min(entry->good_until, Clock::now() + std::chrono::seconds(10));
    });
}

void AccessTokens::drop(const std::string& audience, const std::string& token)
{
    const auto found = entry(audience);
    const std::lock_guard lock(mutex_);
    if (found->token == token)
        found->good_until = {};
}

} // namespace farboot::rootfs
