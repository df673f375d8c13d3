#include "rootfs/fetch/loop.hpp"

#include <algorithm>
#include <csignal>
#include <new>

namespace farboot::rootfs
{

namespace
{

constexpr std::chrono::milliseconds longest_poll{1000};
constexpr std::chrono::milliseconds gathering{2};
constexpr std::chrono::milliseconds arrivals_every{10};
/// A connection that was silent for so long when a transfer was given up is not used again.
constexpr std::chrono::seconds long_silence{1};

CURLM* new_multi()
{
    static const CURLcode global = curl_global_init(CURL_GLOBAL_DEFAULT);
    CURLM* multi = global == CURLE_OK ? curl_multi_init() : nullptr;
    if (multi == nullptr)
        throw std::bad_alloc();
    return multi;
}

} // namespace

HttpClient::Loop::Loop(TlsTrust trust, std::size_t max_active, Hurry hurry, std::size_t max_of_connection)
    : trust_(std::move(trust)), max_active_(std::max<std::size_t>(max_active, 1)), hurry_(hurry), multi_(new_multi())
{
    // Connections kept for the next request: by default only four for each transfer that runs at the moment.
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(max_active_));
    curl_multi_setopt(multi_, CURLMOPT_MAX_CONCURRENT_STREAMS, static_cast<long>(max_of_connection));
    thread_ = std::thread([this] { run(); });
}

HttpClient::Loop::~Loop()
{
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    curl_multi_wakeup(multi_);
    thread_.join();
    curl_multi_cleanup(multi_);
}

void HttpClient::Loop::submit(std::unique_ptr<Transfer> transfer, const std::stop_token& stop)
{
    transfer->enter(counters);
    transfer->watch(stop, [this] { curl_multi_wakeup(multi_); });
    {
        std::lock_guard lock(mutex_);
        waiting_.push_back(std::move(transfer));
    }
    curl_multi_wakeup(multi_);
}

void HttpClient::Loop::run()
{
    // Signals are for the program's own threads; with CURLOPT_NOSIGNAL, SIGPIPE would be nobody's.
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    while (true) {
        {
            std::lock_guard lock(mutex_);
            if (stopping_)
                break;
        }
        collect_cancelled_and_stalled();
        start_waiting();
        int running = 0;
        curl_multi_perform(multi_, &running);
        for (const auto& [easy, transfer] : active_)
            transfer->tell_arrivals();
        if (collect_finished())
            continue;
        curl_multi_poll(multi_, nullptr, 0, poll_milliseconds(), nullptr);
        if (hurry_ == Hurry::bulk)
            std::this_thread::sleep_for(gathering);
    }
    cancel_all();
}

void HttpClient::Loop::start_waiting()
{
    while (active_.size() < max_active_) {
        std::unique_ptr<Transfer> next;
        {
            std::lock_guard lock(mutex_);
            if (waiting_.empty())
                return;
            next = std::move(waiting_.front());
            waiting_.pop_front();
        }
        if (auto prepared = next->prepare(trust_, sockets_); !prepared) {
            next->finish_failed(prepared.error());
            continue;
        }
        CURL* easy = next->handle();
        active_.emplace(easy, std::move(next));
        curl_multi_add_handle(multi_, easy);
    }
}

/// A connection of HTTP/1.1 ends with the transfer that is given up. One of HTTP/2 would live on, and whoever comes
/// next would wait there, too. What waits there already fails now; that something came for it shows that the connection
/// is good.
void HttpClient::Loop::end_silent_connection_of(const Transfer& transfer)
{
    const auto since = transfer.silent_since();
    const auto& ends = transfer.ends();
    if (!ends || since + long_silence > Transfer::Clock::now())
        return;
    for (const auto& [easy, other] : active_)
        if (other->ends() == ends && other->was_heard_after(since))
            return;
    sockets_.shut_down(*ends);
}

std::unique_ptr<Transfer> HttpClient::Loop::release(CURL* easy)
{
    curl_multi_remove_handle(multi_, easy);
    return std::move(active_.extract(easy).mapped());
}

bool HttpClient::Loop::collect_finished()
{
    bool any = false;
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
        if (message->msg != CURLMSG_DONE)
            continue;
        CURLcode code = message->data.result; // the message goes with its handle
        release(message->easy_handle)->finish(code);
        any = true;
    }
    return any;
}

void HttpClient::Loop::collect_cancelled_and_stalled()
{
    auto now = Transfer::Clock::now();
    std::vector<CURL*> over;
    for (auto& [easy, transfer] : active_)
        if (transfer->cancelled() || transfer->stalls_at() <= now)
            over.push_back(easy);
    for (CURL* easy : over) {
        end_silent_connection_of(*active_.at(easy));
        auto transfer = release(easy);
        transfer->cancelled() ? transfer->finish_cancelled() : transfer->finish_stalled();
    }
    std::vector<std::unique_ptr<Transfer>> unstarted;
    {
        std::lock_guard lock(mutex_);
        for (auto& transfer : waiting_)
            if (transfer->cancelled())
                unstarted.push_back(std::move(transfer));
        std::erase(waiting_, nullptr);
    }
    for (auto& transfer : unstarted)
        transfer->finish_cancelled();
}

void HttpClient::Loop::cancel_all()
{
    while (!active_.empty())
        release(active_.begin()->first)->finish_cancelled();
    std::deque<std::unique_ptr<Transfer>> unstarted;
    {
        std::lock_guard lock(mutex_);
        unstarted.swap(waiting_);
    }
    for (auto& transfer : unstarted)
        transfer->finish_cancelled();
}

int HttpClient::Loop::poll_milliseconds()
{
    auto wait = longest_poll;
    auto now = Transfer::Clock::now();
    for (auto& [easy, transfer] : active_) {
        if (transfer->tells_arrivals())
            wait = std::min(wait, arrivals_every);
        auto stalls_at = transfer->stalls_at();
        if (stalls_at < now + wait)
            wait = std::chrono::ceil<std::chrono::milliseconds>(std::max(stalls_at - now, Transfer::Clock::duration{}));
    }
    return static_cast<int>(wait.count());
}

} // namespace farboot::rootfs
