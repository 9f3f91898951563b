import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;

/** Fetches a page as a Java program does that was told nothing of certificates; for the system tests, and any Java from 8 on. */
public final class Fetch {
    private Fetch() {}

    public static void main(String[] arguments) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) URI.create(arguments[0]).toURL().openConnection();
        System.out.println("status " + connection.getResponseCode());
    }
}
