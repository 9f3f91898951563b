package dev.gotunnel.proxy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.BackendAddress.Scheme;
import dev.gotunnel.policy.TrafficPolicy;
import dev.gotunnel.testing.Await;
import dev.gotunnel.testing.EngineFixture;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** gRPC's own client and server on either side of the engine: HTTP/2 over TLS from the one, without it to the other. */
class GrpcTest {
    private static final String HOST = "grpc.localhost";
    private static final int MAX_MESSAGE = 8 << 20;
    private static final MethodDescriptor<byte[], byte[]> UNARY = method("Unary", MethodType.UNARY);
    private static final MethodDescriptor<byte[], byte[]> UPLOAD = method("Upload", MethodType.CLIENT_STREAMING);
    private static final MethodDescriptor<byte[], byte[]> DOWNLOAD = method("Download", MethodType.SERVER_STREAMING);
    private static final MethodDescriptor<byte[], byte[]> CHAT = method("Chat", MethodType.BIDI_STREAMING);

    @AutoClose
    private final EngineFixture fixture = EngineFixture.start();

    @AutoClose
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private final CountDownLatch cancelled = new CountDownLatch(1);
    private final AtomicInteger together = new AtomicInteger();
    private final CountDownLatch hundred = new CountDownLatch(100);
    private Server server;
    private ManagedChannel channel;

    private static MethodDescriptor<byte[], byte[]> method(String name, MethodType type) {
        return MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(type)
                .setFullMethodName(MethodDescriptor.generateFullMethodName("test.Echo", name))
                .setRequestMarshaller(new Bytes())
                .setResponseMarshaller(new Bytes())
                .build();
    }

    /** Messages as they are. */
    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @BeforeEach
    void start() throws IOException {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .executor(threads)
                .maxInboundMessageSize(MAX_MESSAGE)
                .addService(ServerServiceDefinition.builder("test.Echo")
                        .addMethod(UNARY, ServerCalls.asyncUnaryCall(this::unary))
                        .addMethod(UPLOAD, ServerCalls.asyncClientStreamingCall(this::upload))
                        .addMethod(DOWNLOAD, ServerCalls.asyncServerStreamingCall(this::download))
                        .addMethod(CHAT, ServerCalls.asyncBidiStreamingCall(this::chat))
                        .build())
                .build()
                .start();
        fixture.route(HOST, new BackendAddress(Scheme.H2C, "127.0.0.1", server.getPort(), 1), TrafficPolicy.NONE);
        channel = NettyChannelBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), fixture.securePort()))
                .overrideAuthority(HOST)
                .sslContext(GrpcSslContexts.forClient()
                        .trustManager(EngineFixture.root())
                        .build())
                .executor(threads)
                .maxInboundMessageSize(MAX_MESSAGE)
                .build();
    }

    @AfterEach
    void stop() throws InterruptedException {
        channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }

    // ---- the server

    private void unary(byte[] request, StreamObserver<byte[]> answer) {
        switch (new String(request, 0, Math.min(request.length, 8), StandardCharsets.UTF_8)) {
            case "fail" -> {
                Metadata trailers = new Metadata();
                trailers.put(Metadata.Key.of("x-why", Metadata.ASCII_STRING_MARSHALLER), "because");
                answer.onError(
                        Status.FAILED_PRECONDITION.withDescription("not now").asRuntimeException(trailers));
            }
            case "never" -> ((ServerCallStreamObserver<byte[]>) answer).setOnCancelHandler(cancelled::countDown);
            case "together" -> {
                together.incrementAndGet();
                hundred.countDown();
                try {
                    hundred.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                answer.onNext(request);
                answer.onCompleted();
            }
            default -> {
                answer.onNext(request);
                answer.onCompleted();
            }
        }
    }

    private StreamObserver<byte[]> upload(StreamObserver<byte[]> answer) {
        return new StreamObserver<>() {
            private int bytes;

            @Override
            public void onNext(byte[] part) {
                bytes += part.length;
            }

            @Override
            public void onError(Throwable failure) {
                cancelled.countDown();
            }

            @Override
            public void onCompleted() {
                answer.onNext(text(Integer.toString(bytes)));
                answer.onCompleted();
            }
        };
    }

    private void download(byte[] request, StreamObserver<byte[]> answer) {
        ServerCallStreamObserver<byte[]> call = (ServerCallStreamObserver<byte[]>) answer;
        int count = Integer.parseInt(new String(request, StandardCharsets.UTF_8));
        for (int i = 0; i < count; i++) {
            call.onNext(text("part " + i));
        }
        call.onCompleted();
    }

    private StreamObserver<byte[]> chat(StreamObserver<byte[]> answer) {
        return new StreamObserver<>() {
            @Override
            public void onNext(byte[] part) {
                answer.onNext(part);
            }

            @Override
            public void onError(Throwable failure) {
                cancelled.countDown();
            }

            @Override
            public void onCompleted() {
                answer.onCompleted();
            }
        };
    }

    private static byte[] text(String value) {
        return value.getBytes(StandardCharsets.UTF_8);
    }

    private byte[] call(byte[] request) {
        return ClientCalls.blockingUnaryCall(channel, UNARY, deadline(10_000), request);
    }

    private static CallOptions deadline(int millis) {
        return CallOptions.DEFAULT.withDeadlineAfter(millis, TimeUnit.MILLISECONDS);
    }

    /** Everything that a call answers, until it ends. */
    private static final class Answers implements StreamObserver<byte[]> {
        private final List<String> parts = new ArrayList<>();
        private final CompletableFuture<List<String>> done = new CompletableFuture<>();

        @Override
        public synchronized void onNext(byte[] part) {
            parts.add(new String(part, StandardCharsets.UTF_8));
        }

        synchronized int count() {
            return parts.size();
        }

        @Override
        public void onError(Throwable failure) {
            done.completeExceptionally(failure);
        }

        @Override
        public void onCompleted() {
            done.complete(parts);
        }
    }

    // ---- the calls

    @Test
    void callsWithOneMessageEachWay() {
        assertArrayEquals(text("hello"), call(text("hello")));
        assertArrayEquals(text("again"), call(text("again")));
    }

    @Test
    void passesALargeMessageBothWays() {
        byte[] large = new byte[4 << 20];
        Arrays.fill(large, (byte) 7);
        assertArrayEquals(large, call(large));
    }

    @Test
    void streamsFromTheClient() throws Exception {
        Answers answers = new Answers();
        StreamObserver<byte[]> upload =
                ClientCalls.asyncClientStreamingCall(channel.newCall(UPLOAD, deadline(10_000)), answers);
        for (int i = 0; i < 50; i++) {
            upload.onNext(new byte[10_000]);
        }
        upload.onCompleted();
        assertEquals(List.of("500000"), answers.done.get(10, TimeUnit.SECONDS));
    }

    @Test
    void streamsFromTheServer() {
        Iterator<byte[]> parts =
                ClientCalls.blockingServerStreamingCall(channel, DOWNLOAD, deadline(10_000), text("1000"));
        for (int i = 0; i < 1000; i++) {
            assertArrayEquals(text("part " + i), parts.next());
        }
        assertEquals(false, parts.hasNext());
    }

    @Test
    void streamsBothWaysAtATime() throws Exception {
        Answers answers = new Answers();
        StreamObserver<byte[]> chat =
                ClientCalls.asyncBidiStreamingCall(channel.newCall(CHAT, deadline(10_000)), answers);
        for (int i = 1; i <= 20; i++) {
            int sent = i;
            chat.onNext(text("word " + i));
            // Each answer comes while the call goes on: nothing is held back until it ends.
            Await.until("the word has come back", () -> answers.count() == sent);
        }
        chat.onCompleted();
        assertEquals(20, answers.done.get(10, TimeUnit.SECONDS).size());
    }

    @Test
    void passesTheStatusAndItsTrailers() {
        StatusRuntimeException failure = assertThrows(StatusRuntimeException.class, () -> call(text("fail")));
        assertEquals(Status.Code.FAILED_PRECONDITION, failure.getStatus().getCode());
        assertEquals("not now", failure.getStatus().getDescription());
        assertEquals("because", failure.getTrailers().get(Metadata.Key.of("x-why", Metadata.ASCII_STRING_MARSHALLER)));
    }

    @Test
    void saysThatAMethodIsNotThere() {
        StatusRuntimeException failure = assertThrows(
                StatusRuntimeException.class,
                () -> ClientCalls.blockingUnaryCall(
                        channel, method("None", MethodType.UNARY), deadline(10_000), text("")));
        assertEquals(Status.Code.UNIMPLEMENTED, failure.getStatus().getCode());
    }

    @Test
    void endsACallOnTheServerWhenItsDeadlineIsOver() throws InterruptedException {
        call(text("warm"));
        StatusRuntimeException failure = assertThrows(
                StatusRuntimeException.class,
                () -> ClientCalls.blockingUnaryCall(channel, UNARY, deadline(500), text("never")));
        assertEquals(Status.Code.DEADLINE_EXCEEDED, failure.getStatus().getCode());
        assertTrue(cancelled.await(10, TimeUnit.SECONDS));
    }

    @Test
    void endsACallOnTheServerWhenTheClientCancels() throws Exception {
        Answers answers = new Answers();
        ClientCall<byte[], byte[]> call = channel.newCall(CHAT, deadline(10_000));
        StreamObserver<byte[]> chat = ClientCalls.asyncBidiStreamingCall(call, answers);
        chat.onNext(text("word"));
        Await.until("the call is under way", () -> answers.count() == 1);
        call.cancel("enough", null);
        assertTrue(cancelled.await(10, TimeUnit.SECONDS));
        assertArrayEquals(text("others go on"), call(text("others go on")));
    }

    @Test
    void carriesAHundredCallsAtATime() throws Exception {
        List<CompletableFuture<byte[]>> calls = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            calls.add(CompletableFuture.supplyAsync(() -> call(text("together")), threads));
        }
        for (CompletableFuture<byte[]> each : calls) {
            assertArrayEquals(text("together"), each.get(15, TimeUnit.SECONDS));
        }
        assertEquals(100, together.get());
    }

    @Test
    void saysThatTheServiceIsUnavailableWhileItsServerIsDown() throws InterruptedException {
        server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        StatusRuntimeException failure = assertThrows(StatusRuntimeException.class, () -> call(text("hello")));
        assertEquals(Status.Code.UNAVAILABLE, failure.getStatus().getCode());
    }
}
